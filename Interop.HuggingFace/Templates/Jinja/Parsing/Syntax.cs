namespace Levee.Interop.HuggingFace.Templates;

/// <summary>A part of a template that writes or does something.</summary>
internal abstract record Statement(Position Position);

/// <summary>Text outside of tags.</summary>
internal sealed record Data(Position Position, string Text) : Statement(Position);

/// <summary><c>{{ value }}</c></summary>
internal sealed record Output(Position Position, Expression Value) : Statement(Position);

/// <summary><c>{% if %} {% elif %} {% else %} {% endif %}</c></summary>
internal sealed record If(Position Position, IReadOnlyList<Branch> Branches, IReadOnlyList<Statement> Else) : Statement(Position);

/// <summary>One condition of an <see cref="If"/> and what it guards.</summary>
internal sealed record Branch(Expression Condition, IReadOnlyList<Statement> Body);

/// <summary><c>{% for targets in items if filter %} {% else %} {% endfor %}</c></summary>
internal sealed record For(
    Position Position,
    IReadOnlyList<string> Targets,
    Expression Items,
    Expression? Filter,
    IReadOnlyList<Statement> Body,
    IReadOnlyList<Statement> Else) : Statement(Position);

/// <summary><c>{% set targets = value %}</c></summary>
internal sealed record Set(Position Position, IReadOnlyList<string> Targets, Expression Value) : Statement(Position);

/// <summary><c>{% set target.member = value %}</c>, of a namespace.</summary>
internal sealed record SetMember(Position Position, string Target, string Member, Expression Value) : Statement(Position);

/// <summary><c>{% set target | filters %} {% endset %}</c></summary>
internal sealed record SetBlock(
    Position Position, string Target, IReadOnlyList<FilterCall> Filters, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>{% macro name(parameters) %} {% endmacro %}</c></summary>
internal sealed record Macro(
    Position Position, string Name, IReadOnlyList<Parameter> Parameters, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary>A parameter of a macro.</summary>
internal sealed record Parameter(string Name, Expression? Default);

/// <summary><c>{% generation %} {% endgeneration %}</c>, which marks what the model wrote: its body is written as it is.</summary>
internal sealed record Generation(Position Position, IReadOnlyList<Statement> Body) : Statement(Position);

/// <summary><c>{% break %}</c></summary>
internal sealed record Break(Position Position) : Statement(Position);

/// <summary><c>{% continue %}</c></summary>
internal sealed record Continue(Position Position) : Statement(Position);

/// <summary>A part of a template that has a value.</summary>
internal abstract record Expression(Position Position);

/// <summary>A value that stands in the template.</summary>
internal sealed record Literal(Position Position, Value Value) : Expression(Position);

/// <summary>The value of a name.</summary>
internal sealed record Variable(Position Position, string Name) : Expression(Position);

/// <summary><c>[a, b]</c>, or <c>(a, b)</c> for a tuple.</summary>
internal sealed record ListLiteral(Position Position, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Position);

/// <summary><c>{key: value}</c></summary>
internal sealed record MappingLiteral(Position Position, IReadOnlyList<(Expression Key, Expression Value)> Items) : Expression(Position);

/// <summary><c>target.name</c></summary>
internal sealed record Attribute(Position Position, Expression Target, string Name) : Expression(Position);

/// <summary><c>target[key]</c></summary>
internal sealed record Item(Position Position, Expression Target, Expression Key) : Expression(Position);

/// <summary><c>target[start:stop:step]</c></summary>
internal sealed record Slice(
    Position Position, Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression(Position);

/// <summary><c>callee(arguments)</c></summary>
internal sealed record Call(Position Position, Expression Callee, CallArguments Arguments) : Expression(Position);

/// <summary>The arguments of a function, filter or test.</summary>
internal sealed record CallArguments(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    internal static readonly CallArguments None = new([], []);
}

/// <summary><c>target | filter(arguments)</c></summary>
internal sealed record Filtered(Position Position, Expression Target, FilterCall Filter) : Expression(Position);

/// <summary>A filter's name, known to be one, and its arguments.</summary>
internal sealed record FilterCall(Position Position, string Name, CallArguments Arguments);

/// <summary><c>target is test(arguments)</c></summary>
internal sealed record Test(Position Position, Expression Target, string Name, CallArguments Arguments) : Expression(Position);

/// <summary><c>-operand</c>, <c>+operand</c></summary>
internal sealed record Signed(Position Position, bool IsNegative, Expression Operand) : Expression(Position);

/// <summary><c>not operand</c></summary>
internal sealed record Not(Position Position, Expression Operand) : Expression(Position);

/// <summary><c>left operator right</c> for <c>+ - * / // % ~</c>.</summary>
internal sealed record Binary(Position Position, string Operator, Expression Left, Expression Right) : Expression(Position);

/// <summary>
/// <c>first operator next operator next ...</c>, all of which must hold, for <c>== != &lt; &lt;= &gt; &gt;= in, not in</c>.
/// </summary>
internal sealed record Comparison(
    Position Position, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Others) : Expression(Position);

/// <summary><c>left and right</c></summary>
internal sealed record And(Position Position, Expression Left, Expression Right) : Expression(Position);

/// <summary><c>left or right</c></summary>
internal sealed record Or(Position Position, Expression Left, Expression Right) : Expression(Position);

/// <summary><c>then if condition else otherwise</c></summary>
internal sealed record Conditional(
    Position Position, Expression Condition, Expression Then, Expression? Otherwise) : Expression(Position);
