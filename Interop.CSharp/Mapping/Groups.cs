namespace Levee.CSharp.Mapping;

internal static class Groups
{
    internal static Core.Trajectory[] ToCore(this IReadOnlyList<Trajectory> trajectories) =>
        trajectories.MapAll(trajectory => trajectory.ToCore());

    internal static Core.Trajectory[][] ToCore(this IReadOnlyList<IReadOnlyList<Trajectory>> groups) =>
        groups.MapAll(group => group.ToCore());

    internal static IReadOnlyList<Trajectory> FromCore(Core.Trajectory[] trajectories) => trajectories.MapAll(Trajectory.FromCore);
}
