namespace Levee.PythonText;

/// <summary>The facts that Python knows of a character, in the order in which make-tables.py writes the bits.</summary>
[Flags]
internal enum CharacterKind : ushort
{
    None = 0,
    Alphabetic = 1 << 0,
    Decimal = 1 << 1,
    Digit = 1 << 2,
    Numeric = 1 << 3,
    Space = 1 << 4,
    Printable = 1 << 5,
    Lower = 1 << 6,
    Upper = 1 << 7,
    Title = 1 << 8,

    /// <summary>Has a case, or looks as if it had one.</summary>
    Cased = 1 << 9,

    /// <summary>Passed over by the search for the cased characters around a sigma.</summary>
    Ignorable = 1 << 10,
}
