using Microsoft.FSharp.Collections;
using TorchSharp;
using Rows = System.Collections.Generic.IReadOnlyList<System.Collections.Generic.IReadOnlyList<double>>;

namespace Levee.CSharp.Mapping;

/// <summary>Lists [trajectory][token] on their way into the framework.</summary>
internal static class TokenRows
{
    /// <exception cref="ArgumentException">There is not one number for each action token; the message says where.</exception>
    internal static double[][] ToArrays(Rows rows, Core.Trajectory[] trajectories, string what)
    {
        if (rows.Count != trajectories.Length)
        {
            throw new ArgumentException($"{what} has {rows.Count} rows for {trajectories.Length} trajectories: give one for each.", what);
        }

        for (var i = 0; i < rows.Count; i++)
        {
            var tokens = Core.TrajectoryModule.actionTokens(trajectories[i]);
            if (rows[i].Count != tokens)
            {
                throw new ArgumentException(
                    $"{what} has {rows[i].Count} numbers for the {tokens} action tokens of trajectory {i}: give one for each.", what);
            }
        }

        return rows.ToArrays();
    }

    /// <summary>The lists as a tensor [R, N] on the CPU.</summary>
    internal static torch.Tensor ToTensor(Rows rows, Core.Trajectory[] trajectories, string what) =>
        CoreAlgorithms.Padding.pad(torch.float64, torch.CPU, ToArrays(rows, trajectories, what));

    /// <summary>The references of scores, each mapped.</summary>
    internal static FSharpMap<CoreAlgorithms.Reference, T> MapReferences<T>(this TokenScores scores, Func<Rows, string, T> map) =>
        scores.References
            .Select(pair => KeyValuePair.Create(pair.Key.Inner, map(pair.Value, nameof(scores.References))))
            .ToFSharpMap();
}
