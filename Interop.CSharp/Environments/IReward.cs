namespace Levee.CSharp;

/// <summary>Judges an episode's outcome; higher is better. Called from several threads.</summary>
public interface IReward
{
    /// <summary>The reward of an episode.</summary>
    double Judge(Question question, Transcript transcript);
}
