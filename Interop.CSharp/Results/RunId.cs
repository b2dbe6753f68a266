namespace Levee.CSharp;

/// <summary>One run of an experiment: an arm with one seed.</summary>
public sealed record RunId
{
    /// <summary>Name of the arm.</summary>
    public required string Arm { get; init; }

    /// <summary>The seed.</summary>
    public required int Seed { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ToCore().ToString();

    internal CoreRecords.RunId ToCore() => new(Arm, Seed);

    internal static RunId FromCore(CoreRecords.RunId core) => new() { Arm = core.Arm, Seed = core.Seed };
}
