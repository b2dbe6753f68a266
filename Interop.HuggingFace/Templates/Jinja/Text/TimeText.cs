using System.Globalization;
using System.Text;

namespace Levee.Interop.HuggingFace.Templates;

/// <summary>Times by the directives of C's <c>strftime</c>, in English.</summary>
internal static class TimeText
{
    /// <summary>The time in a format such as <c>%d %b %Y</c>.</summary>
    internal static string Write(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            i++;
            text.Append(i < format.Length
                ? Directive(time, format[i])
                : throw new TemplateFailure("the format of a time ends with %; write %% for the sign itself."));
        }
        return text.ToString();
    }

    private static string Directive(DateTime time, char letter) => letter switch
    {
        '%' => "%",
        'A' => Format(time, "dddd"),
        'B' => Format(time, "MMMM"),
        'H' => Format(time, "HH"),
        'I' => Format(time, "hh"),
        'M' => Format(time, "mm"),
        'S' => Format(time, "ss"),
        'Y' => Format(time, "yyyy"),
        'a' => Format(time, "ddd"),
        'b' => Format(time, "MMM"),
        'd' => Format(time, "dd"),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'm' => Format(time, "MM"),
        'p' => Format(time, "tt"),
        'y' => Format(time, "yy"),
        _ => throw new TemplateFailure(
            $"the directive %{letter} of a time is not supported, only %A %B %H %I %M %S %Y %a %b %d %j %m %p %y %%."),
    };

    private static string Format(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
