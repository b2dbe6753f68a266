using Levee.CSharp.Mapping;
using Microsoft.FSharp.Collections;

namespace Levee.CSharp;

/// <summary>What an objective of your own asks of a trainer besides log-probabilities.</summary>
public sealed record ObjectiveNeeds
{
    /// <summary>The reference policies whose log-probabilities it reads by <see cref="Batch.LogProbUnder"/>.</summary>
    public IReadOnlyList<ReferencePolicy> References { get; init; } = [];

    /// <summary>True when its loss is differentiated through <see cref="Forward.Entropy"/>.</summary>
    public bool EntropyGradient { get; init; }

    /// <summary>True when it reads or teaches a critic: <see cref="Forward.Values"/>, <see cref="Batch.ValuesOld"/>, <see cref="Batch.Returns"/>.</summary>
    public bool Critic { get; init; }

    /// <summary>True when <see cref="Batch.LogProbOld"/> must be the trainer's own log-probabilities in place of the sampler's.</summary>
    public bool TrainerLogProbs { get; init; }

    /// <summary>
    /// True when it must know of the whole mini-batch what the policy says of it now: <see cref="Batch.LogProbCurrent"/>, <see cref="Batch.EntropyCurrent"/>.
    /// </summary>
    public bool CurrentScores { get; init; }

    /// <summary>True when it reads <see cref="Forward.Observations"/>.</summary>
    public bool ObservationScores { get; init; }

    internal FSharpSet<CoreAlgorithms.Need> ToCore()
    {
        var needs = References.SelectMany(reference => CoreObjectives.BatchModule.needs(reference.Inner)).ToList();
        void Add(bool wanted, CoreAlgorithms.Need need)
        {
            if (wanted)
            {
                needs.Add(need);
            }
        }

        Add(EntropyGradient, CoreAlgorithms.Need.EntropyGradient);
        Add(Critic, CoreAlgorithms.Need.CriticValues);
        Add(TrainerLogProbs, CoreAlgorithms.Need.TrainerLogProbs);
        Add(CurrentScores, CoreAlgorithms.Need.CurrentScores);
        Add(ObservationScores, CoreAlgorithms.Need.ObservationScores);
        return SetModule.OfSeq(needs);
    }
}
