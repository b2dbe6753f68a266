using System.Runtime.CompilerServices;
using System.Text;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Runs a template's statements.</summary>
internal sealed class Evaluator
{
    private readonly TemplateSource _source;
    private readonly ExpressionEvaluator _expressions;

    private Evaluator(TemplateSource source)
    {
        _source = source;
        _expressions = new ExpressionEvaluator(source);
    }

    /// <summary>The end of a statement, which says what comes next.</summary>
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    /// <summary>The text that a template writes, given the values of names.</summary>
    internal static string Run(TemplateSource source, IReadOnlyList<Statement> statements, Scope scope)
    {
        var output = new StringBuilder();
        try
        {
            new Evaluator(source).Run(statements, scope, output);
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new InvalidDataException($"{source.Name}: the template calls itself too deeply.", e);
        }
        return output.ToString();
    }

    private Flow Run(IReadOnlyList<Statement> statements, Scope scope, StringBuilder output)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in statements)
        {
            if (Run(statement, scope, output) is var flow && flow != Flow.Next)
            {
                return flow;
            }
        }
        return Flow.Next;
    }

    private Flow Run(Statement statement, Scope scope, StringBuilder output)
    {
        switch (statement)
        {
            case Data data:
                output.Append(data.Text);
                return Flow.Next;
            case Output written:
                output.Append(Written(written, scope));
                return Flow.Next;
            case If choice:
                var branch = choice.Branches.FirstOrDefault(branch => _expressions.Evaluate(branch.Condition, scope).IsTrue());
                return Run(branch?.Body ?? choice.Else, scope, output);
            case For loop:
                return RunLoop(loop, scope, output);
            case Set set:
                Assign(set.Position, set.Targets, _expressions.Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case SetMember member:
                AssignMember(member, scope);
                return Flow.Next;
            case SetBlock block:
                var body = new StringBuilder();
                var flow = Run(block.Body, scope.Inner(), body);
                scope.Set(block.Target, _expressions.Apply(block.Filters, Value.Of(body.ToString()), scope));
                return flow;
            case Macro macro:
                scope.Set(macro.Name, new FunctionValue(macro.Name, arguments => CallMacro(macro, scope, arguments)));
                return Flow.Next;
            case Generation generation:
                return Run(generation.Body, scope.Inner(), output);
            case Break:
                return Flow.Break;
            case Continue:
                return Flow.Continue;
            default:
                throw new NotSupportedException($"{statement.GetType()}");
        }
    }

    private string Written(Output output, Scope scope)
    {
        var value = _expressions.Evaluate(output.Value, scope);
        return _expressions.Placed(output.Value.Position, () => ValueText.Show(value));
    }

    private Flow RunLoop(For loop, Scope scope, StringBuilder output)
    {
        var all = _expressions.Evaluate(loop.Items, scope);
        var items = _expressions.Placed(loop.Items.Position, () => all.AsItems("a loop"));
        if (loop.Filter is { } filter)
        {
            items = [.. items.Where(item => _expressions.Evaluate(filter, WithTargets(loop, item, scope)).IsTrue())];
        }
        for (var i = 0; i < items.Count; i++)
        {
            var inner = WithTargets(loop, items[i], scope);
            inner.Set("loop", new LoopValue(items, i));
            if (Run(loop.Body, inner, output) == Flow.Break)
            {
                break;
            }
        }
        return items.Count == 0 ? Run(loop.Else, scope.Inner(), output) : Flow.Next;
    }

    private Scope WithTargets(For loop, Value item, Scope scope)
    {
        var inner = scope.Inner();
        Assign(loop.Position, loop.Targets, item, inner);
        return inner;
    }

    private void Assign(Position position, IReadOnlyList<string> targets, Value value, Scope scope)
    {
        if (targets is [var only])
        {
            scope.Set(only, value);
            return;
        }
        var parts = _expressions.Placed(position, () => value.AsItems($"setting {targets.Count} names"));
        if (parts.Count != targets.Count)
        {
            throw _source.Error(position, $"there are {targets.Count} names to set, but {parts.Count} values.");
        }
        foreach (var (name, part) in targets.Zip(parts))
        {
            scope.Set(name, part);
        }
    }

    private void AssignMember(SetMember set, Scope scope)
    {
        var value = _expressions.Evaluate(set.Value, scope);
        if (scope.Find(set.Target) is not NamespaceValue target)
        {
            throw _source.Error(set.Position, $"'{set.Target}' is no namespace; make one: {{% set {set.Target} = namespace() %}}.");
        }
        target.Members[set.Member] = value;
    }

    private Value CallMacro(Macro macro, Scope outer, Arguments arguments)
    {
        var given = arguments.Bind(macro.Name, [.. macro.Parameters.Select(parameter => parameter.Name)]);
        var scope = outer.Inner();
        foreach (var (parameter, value) in macro.Parameters.Zip(given))
        {
            var otherwise = parameter.Default is { } expression ? _expressions.Evaluate(expression, scope) : null;
            scope.Set(parameter.Name, value ?? otherwise ?? new UndefinedValue($"the parameter '{parameter.Name}' is not given"));
        }
        var output = new StringBuilder();
        Run(macro.Body, scope, output);
        return Value.Of(output.ToString());
    }
}
