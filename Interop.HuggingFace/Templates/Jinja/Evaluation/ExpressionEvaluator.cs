using System.Runtime.CompilerServices;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>The values of expressions. Errors get the place of the innermost expression that failed.</summary>
internal sealed class ExpressionEvaluator(TemplateSource source)
{
    internal Value Evaluate(Expression expression, Scope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return Placed(expression.Position, () => ValueOf(expression, scope));
    }

    /// <summary>A value through filters, one after the other.</summary>
    internal Value Apply(IEnumerable<FilterCall> filters, Value value, Scope scope) => filters.Aggregate(
        value, (at, filter) => Placed(filter.Position, () => Filters.Apply(filter.Name, at, Evaluate(filter.Arguments, scope))));

    /// <summary>Does something whose errors belong to a place.</summary>
    internal T Placed<T>(Position position, Func<T> compute)
    {
        try
        {
            return compute();
        }
        catch (TemplateFailure failure)
        {
            throw source.Error(position, failure.Message, failure);
        }
    }

    private Value ValueOf(Expression expression, Scope scope) => expression switch
    {
        Literal literal => literal.Value,
        Variable variable => scope.Find(variable.Name) ?? new UndefinedValue($"'{variable.Name}' is not defined"),
        ListLiteral list => new SequenceValue([.. list.Items.Select(item => Evaluate(item, scope))], list.IsTuple),
        MappingLiteral mapping => MappingOf(mapping, scope),
        Attribute attribute => Access.Attribute(Evaluate(attribute.Target, scope), attribute.Name),
        Item item => Access.Item(Evaluate(item.Target, scope), Evaluate(item.Key, scope)),
        Slice slice => Access.Slice(
            Evaluate(slice.Target, scope), Optional(slice.Start, scope), Optional(slice.Stop, scope), Optional(slice.Step, scope)),
        Call call => Invoke(Evaluate(call.Callee, scope), Evaluate(call.Arguments, scope)),
        Filtered filtered => Apply([filtered.Filter], Evaluate(filtered.Target, scope), scope),
        Test test => Value.Of(Tests.Holds(test.Name, Evaluate(test.Target, scope), Evaluate(test.Arguments, scope))),
        Signed signed => Operators.Sign(signed.IsNegative, Evaluate(signed.Operand, scope)),
        Not not => Value.Of(!Evaluate(not.Operand, scope).IsTrue()),
        Binary binary => Operators.Apply(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope)),
        Comparison comparison => Value.Of(Holds(comparison, scope)),
        And and => Evaluate(and.Left, scope) is var left && left.IsTrue() ? Evaluate(and.Right, scope) : left,
        Or or => Evaluate(or.Left, scope) is var left && left.IsTrue() ? left : Evaluate(or.Right, scope),
        Conditional conditional => Evaluate(conditional.Condition, scope).IsTrue()
            ? Evaluate(conditional.Then, scope)
            : Optional(conditional.Otherwise, scope) ?? new UndefinedValue("the condition does not hold and there is no else"),
        _ => throw new NotSupportedException($"{expression.GetType()}"),
    };

    private Value? Optional(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope);

    private MappingValue MappingOf(MappingLiteral mapping, Scope scope)
    {
        var items = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Items)
        {
            items[Evaluate(key, scope).AsText("the name of a mapping's item")] = Evaluate(value, scope);
        }
        return new MappingValue(items);
    }

    private static Value Invoke(Value callee, Arguments arguments) => callee switch
    {
        FunctionValue function => function.Invoke(arguments),
        UndefinedValue => throw new TemplateFailure($"{callee.Kind()}, so it cannot be called."),
        _ => throw new TemplateFailure($"{callee.Kind()} cannot be called."),
    };

    private Arguments Evaluate(CallArguments arguments, Scope scope)
    {
        var named = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Named)
        {
            if (!named.TryAdd(name, Evaluate(value, scope)))
            {
                throw new TemplateFailure($"the argument '{name}' is given twice.");
            }
        }
        return new Arguments([.. arguments.Positional.Select(value => Evaluate(value, scope))], named);
    }

    private bool Holds(Comparison comparison, Scope scope)
    {
        var left = Evaluate(comparison.First, scope);
        foreach (var (name, operand) in comparison.Others)
        {
            var right = Evaluate(operand, scope);
            if (!Operators.Compare(name, left, right))
            {
                return false;
            }
            left = right;
        }
        return true;
    }
}
