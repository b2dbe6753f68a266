namespace Levee.CSharp;

/// <summary>
/// A stream of random numbers as a value: a key from which other keys and numbers are derived. What is drawn depends on the key alone, not
/// on what else was drawn, in which order, or on which thread. Any <see cref="int"/> is one.
/// </summary>
public readonly record struct Seed
{
    private readonly Core.Seed _core;

    private Seed(Core.Seed core) => _core = core;

    /// <summary>The seed of a number.</summary>
    public static Seed FromInt32(int number) => new(Core.SeedModule.ofInt(number));

    /// <summary>The seed of a number.</summary>
    public static implicit operator Seed(int number) => FromInt32(number);

    /// <summary>A child seed; children of different index, or of different parents, are independent.</summary>
    public Seed Derive(int index) => new(Core.SeedModule.derive(index, _core));

    /// <summary>A child seed by name.</summary>
    public Seed Named(string name) => new(Core.SeedModule.named(name, _core));

    /// <summary>The seed's uniform number in [0, 1).</summary>
    public double Uniform() => Core.SeedModule.uniform(_core);

    /// <summary>The seed's uniform integer in [0, <paramref name="bound"/>).</summary>
    public int Below(int bound) => Core.SeedModule.below(bound, _core);

    internal Core.Seed ToCore() => _core;

    internal static Seed FromCore(Core.Seed core) => new(core);
}
