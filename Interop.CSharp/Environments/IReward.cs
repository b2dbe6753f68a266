namespace Levee.CSharp;

/// <summary>Judges an episode's outcome; higher is better. Called from several threads.</summary>
public interface IReward
{
    /// <summary>
    /// The reward of an episode, a finite number. Where it is none, or this throws, the episode has a <see cref="Trajectory.Fault"/>
    /// and is left out of what is learnt.
    /// </summary>
    double Judge(Question question, Transcript transcript);
}
