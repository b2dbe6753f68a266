using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace.Tests;

/// <summary>Each feature of the templates' language, by literal expectations that Jinja confirms.</summary>
public sealed class ChatTemplateTests(JinjaPeer peer)
{
    private static readonly DateTime Now = new(2026, 3, 9, 14, 5, 6);

    private static readonly JsonObject Names = JsonNode.Parse(
        """
        {
          "n": 7, "x": 2.5, "big": 123456789012345678901234567890, "flag": true, "nothing": null, "word": "Hello World", "empty": "",
          "emoji": "a😀b", "list": [3, 1, 2], "texts": ["a", "b", "c"], "pair": {"k": "v", "items": 1}, "spaced": "  two  words \n",
          "people": [{"name": "Ann", "age": 30, "team": {"id": 1}}, {"name": "Bob", "age": 20, "team": {"id": 2}}, {"name": "Cy"}]
        }
        """)!.AsObject();

    public static TheoryData<string, string> Features => new()
    {
        // Text, output, comments, white space.
        { "plain", "plain" },
        { "", "" },
        { "line\n", "line" },
        { "line\n\n", "line\n" },
        { "a\r\nb\rc", "a\nb\nc" },
        { "a {# b #} c", "a  c" },
        { "a {#- b -#} c", "ac" },
        { "a\n  {# b #}\nc", "a\nc" },
        { "a\n  {% if true %}\n  b\n  {% endif %}\nc", "a\n  b\nc" },
        { "a\n  {%+ if true %}\n  b{% endif +%}\nc", "a\n    b\nc" },
        { "a \n {%- if true -%} \n b {%- endif -%} \n c", "abc" },
        { "a\n {{ 1 }}\n b", "a\n 1\n b" },
        { "a\n {{- 1 -}}\n b", "a1b" },
        { "x {% if true %} y", "ERROR" },
        { "{{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}", "}}1" },

        // Literals.
        { @"{{ 'a\nb\t\'\u00e9\x41\101\q' }}", "a\nb\t'éAA\\q" },
        { @"{{ ""it's"" 'joined' }}", "it'sjoined" },
        { "{{ [1, 2.0, 'a', true, none, (1,), {'k': 'v'}] }}", "[1, 2.0, 'a', True, None, (1,), {'k': 'v'}]" },
        { "{{ ['it\\'s', 'a\"\\'', '\\n\\x01é'] }}", "[\"it's\", 'a\"\\'', '\\n\\x01é']" },
        { "{{ 1_000 + 1.5e3 }}", "2500.0" },
        {
            "{{ [0.1, 1e16, 1e15, 123456.789, 1e-5, 0.0001, 1e22, 5e-324, -0.0, 100.0] }}",
            "[0.1, 1e+16, 1000000000000000.0, 123456.789, 1e-05, 0.0001, 1e+22, 5e-324, -0.0, 100.0]"
        },
        { "{{ big + 1 }}", "123456789012345678901234567891" },
        { "{{ 1, 2 }}", "(1, 2)" },

        // Operators.
        {
            "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7 / 2 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}",
            "3 -4 1 2 -2 3.5 3.0 0.5"
        },
        { "{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 'ab' * 2 }} {{ [1] * 2 + [3] }}", "3 9 abab [1, 1, 3]" },
        { "{{ 1 ~ 'a' ~ none ~ 2.0 }}", "1aNone2.0" },
        { "{{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' != 'b' }} {{ [1] == (1,) }} {{ {'a': 1} == {'a': 1.0} }}", "True True True False True" },
        { "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 'Z' < 'a' }} {{ 2 >= 2.0 }}", "True False True True" },
        { "{{ 'ell' in word }} {{ 2 in list }} {{ 'k' in pair }} {{ 'z' not in texts }} {{ 1 in missing }}", "True True True True False" },
        { "{{ not 1 == 2 }} {{ 0 or 'a' }} {{ 1 and 'b' }} {{ '' and 1 }}|{{ none or [] }}", "True a b |[]" },
        { "{{ 'y' if flag else 'n' }}{{ 'y' if not flag }}{{ 1 if 0 else 2 if 0 else 3 }}", "y3" },
        { "{{ -n }} {{ +n }} {{ -2|string ~ 1 }} {{ true + true }}", "-7 7 -21 2" },

        // Access.
        { "{{ pair.k }}{{ pair['k'] }}{{ pair['items'] }}{{ people[0].name }}{{ people[-1]['name'] }}{{ texts.1 }}", "vv1AnnCyb" },
        { "{{ pair.missing }}|{{ list[9] }}|{{ word.missing }}|{{ nothing.a }}", "|||" },
        { "{{ emoji[1] }}{{ emoji[-1] }}{{ emoji|length }}{{ emoji[::-1] }}", "😀b3b😀a" },
        {
            "{{ list[1:] }}{{ list[:-1] }}{{ list[::-1] }}{{ list[::2] }}{{ list[5:] }}{{ word[1:4] }}{{ list[-9:2] }}{{ list[2:0:-1] }}",
            "[1, 2][3, 1][2, 1, 3][3, 2][]ell[3, 1][2, 1]"
        },
        {
            "{% for k, v in pair.items() %}{{ k }}={{ v }};{% endfor %}{{ pair.keys()|list }}{{ pair.values()|list }}",
            "k=v;items=1;['k', 'items']['v', 1]"
        },
        { "{{ pair.get('k') }}{{ pair.get('z') }}{{ pair.get('z', 3) }}", "vNone3" },

        // Methods of texts.
        {
            "{{ word.startswith('He') }}{{ word.endswith(('x', 'ld')) }}{{ word.upper() }}{{ word.lower() }}",
            "TrueTrueHELLO WORLDhello world"
        },
        {
            "{{ spaced.strip() }}|{{ spaced.lstrip() }}|{{ spaced.rstrip() }}|{{ 'xxaxx'.strip('x') }}",
            "two  words|two  words \n|  two  words|a"
        },
        {
            "{{ spaced.split() }}{{ 'a,b,,c'.split(',') }}{{ 'a,b,c'.split(',', 1) }}"
            + "{{ 'a,b,c'.rsplit(',', 1) }}{{ ' a b c '.rsplit(none, 1) }}",
            "['two', 'words']['a', 'b', '', 'c']['a', 'b,c']['a,b', 'c'][' a b', 'c']"
        },
        {
            "{{ 'a b'.title() }}{{ 'hELLO'.capitalize() }}{{ 'aXbX'.replace('X', '-') }}"
            + "{{ 'aXbX'.replace('X', '-', 1) }}{{ 'ab'.replace('', '.') }}",
            "A BHelloa-b-a-bX.a.b."
        },
        {
            "{{ 'a\nb\r\nc\n'.splitlines() }}{{ ', '.join(texts) }}{{ emoji.find('b') }}{{ 'abab'.rfind('b') }}{{ 'abab'.count('ab') }}",
            "['a', 'b', 'c']a, b, c232"
        },
        { "{{ 'think'.removeprefix('th') }}{{ 'think'.removesuffix('nk') }}{{ '12'.isdigit() }}{{ ' '.isspace() }}", "inkthiTrueTrue" },

        // Filters.
        { "{{ spaced|trim }}|{{ 'xax'|trim('x') }}|{{ missing|trim }}|{{ 5|trim }}", "two  words|a||5" },
        { "{{ list|length }}{{ word|count }}{{ missing|length }}{{ pair|length }}", "31102" },
        {
            "{{ missing|default('d') }}{{ empty|default('d') }}"
            + "{{ empty|default('d', true) }}{{ nothing|d('x', boolean=true) }}|{{ missing|d }}",
            "ddx|"
        },
        { "{{ list|join(', ') }}{{ texts|join }}{{ people|join('+', attribute='name') }}", "3, 1, 2abcAnn+Bob+Cy" },
        { "{{ word|upper }}{{ word|lower }}{{ 'ab-cd ef(gh'|title }}{{ 'hELLO'|capitalize }}", "HELLO WORLDhello worldAb-Cd Ef(GhHello" },
        { "{{ 3|string + 'a' }}{{ 'ab'|list }}{{ pair|list }}{{ (1, 2)|list }}{{ '<b>'|safe }}", "3a['a', 'b']['k', 'items'][1, 2]<b>" },
        { "{{ list|first }}{{ list|last }}{{ []|first }}{{ word|first }}{{ list|reverse|list }}{{ 'abc'|reverse }}", "32H[2, 1, 3]cba" },
        { "{% for k, v in pair|items %}{{ k }}{{ v }}{% endfor %}{{ missing|items|list }}", "kvitems1[]" },
        {
            "{{ people|map(attribute='name')|join(',') }}"
            + " {{ people|map(attribute='team.id', default=0)|list }} {{ texts|map('upper')|list }}",
            "Ann,Bob,Cy [1, 2, 0] ['A', 'B', 'C']"
        },
        { "{{ people|selectattr('age')|map(attribute='name')|list }}", "['Ann', 'Bob']" },
        { "{{ people|selectattr('age', 'gt', 25)|list }}", "ERROR" },
        {
            "{{ people|selectattr('name', 'equalto', 'Bob')|map(attribute='age')|list }}"
            + "{{ people|rejectattr('age', 'defined')|map(attribute='name')|first }}",
            "[20]Cy"
        },
        { "{{ texts|reject('equalto', 'b')|join(', ') }}{% for k, v in pair.items() if k != 'k' %}{{ k }}{% endfor %}", "a, citems" },
        { "{{ people|rejectattr('age', 'undefined')|selectattr('team.id', 'gt', 1)|map(attribute='name')|list }}", "['Bob']" },
        { "{{ nothing|selectattr('a')|list }}{{ nothing|map('upper')|list }}{{ false|reject|list }}{{ 2 * [1] }}", "[][][][1, 1]" },
        {
            "{{ list|select('odd')|list }}{{ list|reject('odd')|list }}{{ [0, 1, '']|select|list }}{{ list|select('in', [1, 3])|list }}",
            "[3, 1][2][1][3, 1]"
        },
        { "{{ 'aXbX'|replace('X', '-') }}{{ 12|replace(1, 'a') }}", "a-b-a2" },
        { "{{ '12'|int + 1 }}{{ 'a'|int(5) }}{{ 2.9|int }}{{ '2.5'|float }}{{ 3|float }}", "13522.53.0" },

        // Casing and kinds of characters, as Python has them.
        {
            "{{ 'Maße'.upper() }} {{ 'ﬂöße'|upper }} {{ 'ﬃ'.capitalize() }} {{ 'ΆΛΛΟΣ ΛΌΓΟΣ.'.lower() }} {{ 'İÇ'|lower }} {{ 'ŉ'|upper }}",
            "MASSE FLÖSSE Ffi άλλος λόγος. i̇ç ʼN"
        },
        { "{{ 'ǉ ǳ'.title() }}{{ 'ǉ'.capitalize() }}{{ 'ǉ ß-ﬁ'|title }}{{ 'ǲ'.swapcase() }}{{ 'aß'.swapcase() }}", "ǈ ǲǈǇ SS-FIǲASS" },
        { "{{ \"it's o'clock\".title() }}{{ \"it's o'clock\"|title }}{{ 'a\u001cb'|title }}", "It'S O'ClockIt's O'clockA\u001cB" },
        { "{{ '¹²'.isdigit() }}{{ '¹²'.isdecimal() }}{{ '٤'.isdigit() }}{{ '⅔'.isnumeric() }}{{ '⅔'.isdigit() }}{{ ''.isdigit() }}", "TrueFalseTrueTrueFalseFalse" },
        { "{{ 'éª'.isalpha() }}{{ 'a1²'.isalnum() }}{{ 'a_'.isalnum() }}{{ '\u001c\u2028'.isspace() }}{{ '\u200b'.isspace() }}", "TrueTrueFalseTrueFalse" },
        { "{{ 'ªa'.islower() }}{{ 'ǅ'.isupper() }}{{ 'Ⅷ'.isupper() }}{{ 'ǅ Ab'.istitle() }}{{ 'ab' is lower }}{{ 'AÉ' is upper }}{{ '1' is lower }}", "TrueFalseTrueTrueTrueTrueFalse" },

        // Features that are not supported do no harm where they are not reached.
        { "{% if false %}{{ word|urlize|wordwrap(3) }}{% endif %}a", "a" },
        { "{{ 'a' if true else word|center(80) }}{{ 'b' if word is string else (n is divisibleby 3) }}", "ab" },
        { "{% if n is string %}{{ lipsum() }}{% elif n %}c{% else %}{{ cycler(1) }}{{ n is sameas none }}{% endif %}", "c" },

        // tojson.
        { "{{ people[0]|tojson }}", "{\"name\": \"Ann\", \"age\": 30, \"team\": {\"id\": 1}}" },
        { "{{ people[0]|tojson(indent=2) }}", "{\n  \"name\": \"Ann\",\n  \"age\": 30,\n  \"team\": {\n    \"id\": 1\n  }\n}" },
        {
            "{{ [[], {}, 1.0, 1e20, true, none, (1, 2), '<é\"\\\\\\n\\x7f😀>']|tojson }}",
            "[[], {}, 1.0, 1e+20, true, null, [1, 2], \"<é\\\"\\\\\\n\x7f😀>\"]"
        },
        {
            "{{ ['é😀']|tojson(ensure_ascii=true) }}{{ {'b': 1, 'a': [2, 3]}|tojson(separators=(',', ':'), sort_keys=true) }}",
            "[\"\\u00e9\\ud83d\\ude00\"]{\"a\":[2,3],\"b\":1}"
        },
        { "{{ missing|tojson }}", "ERROR" },

        // Tests.
        {
            "{{ n is defined }}{{ missing is defined }}{{ missing is undefined }}{{ nothing is none }}{{ n is not none }}",
            "TrueFalseTrueTrueTrue"
        },
        {
            "{{ word is string }}{{ pair is mapping }}{{ list is iterable }}{{ n is iterable }}{{ word is sequence }}{{ n is sequence }}",
            "TrueTrueTrueFalseTrueFalse"
        },
        {
            "{{ n is number }}{{ flag is number }}{{ flag is true }}{{ 1 is true }}"
            + "{{ flag is false }}{{ flag is boolean }}{{ n is integer }}{{ x is float }}",
            "TrueTrueTrueFalseFalseTrueTrueTrue"
        },
        {
            "{{ n is equalto 7 }}{{ n is eq(7) }}{{ n is odd }}{{ n is in [7] }}{{ n is ne 7 }}{{ missing is iterable }}",
            "TrueTrueTrueTrueFalseTrue"
        },
        { "{{ 'y' if n is defined and word is string else 'n' }}{{ not n is none }}", "yTrue" },

        // Statements.
        { "{% if n > 9 %}a{% elif n > 5 %}b{% else %}c{% endif %}", "b" },
        {
            "{% for t in texts %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}"
            + "{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}",
            "10TrueFalse332 21FalseFalse321 32FalseTrue310 " },
        {
            "{% for t in texts %}{{ loop.previtem }}<{{ t }}>{{ loop.nextitem }}{% if loop.previtem is defined %}!{% endif %}{% endfor %}",
            "<a>ba<b>c!b<c>!"
        },
        { "{% for t in [] %}a{% else %}none{% endfor %}{% for t in missing %}b{% endfor %}", "none" },
        { "{% for i in list if i > 1 %}{{ i }}/{{ loop.length }} {% else %}none{% endfor %}", "3/2 2/2 " },
        { "{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02" },
        { "{% for a, b in [[1, 2], [3, 4]] %}{{ a + b }} {% endfor %}{% for c in 'añ' %}{{ c }}.{% endfor %}", "3 7 a.ñ." },
        { "{{ range(3)|list }}{{ range(1, 4)|list }}{{ range(5, 0, -2)|list }}{{ range(0)|list }}", "[0, 1, 2][1, 2, 3][5, 3, 1][]" },
        {
            "{% set a = 1 %}{% for i in texts %}{% set a = 2 %}{{ a }}{% endfor %}{{ a }}{% if true %}{% set a = 3 %}{% endif %}{{ a }}",
            "22213"
        },
        { "{% set a, b = 1, 'x' %}{{ a }}{{ b }}{% set t = 1, 2 %}{{ t }}", "1x(1, 2)" },
        { "{% set block | upper %}a{{ n }}{% endset %}[{{ block }}]", "[A7]" },
        {
            "{% set ns = namespace(a=1, b='x') %}{% for i in list %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c }}",
            "7x"
        },
        {
            "{% macro hi(name, sign='!') %}Hi {{ name }}{{ sign }}{% endmacro %}{{ hi('Ann') }}{{ hi(sign='?', name='Bob') }}{{ hi() }}",
            "Hi Ann!Hi Bob?Hi !"
        },
        { "{% macro fact(k) %}{{ 1 if k < 2 else k * fact(k - 1)|int }}{% endmacro %}{{ fact(5) }}", "120" },
        { "{% generation %}a{% set q = 1 %}{% endgeneration %}{{ q }}b", "ab" },
        { "{{ dict(a=1, b=2) }}{{ namespace is defined }}", "{'a': 1, 'b': 2}True" },
        {
            "{{ strftime_now('%d %b %Y, %A %H:%M:%S %p %I %j %y %B %a %m %%') }}",
            "09 Mar 2026, Monday 14:05:06 PM 02 068 26 March Mon 03 %"
        },

        // Errors.
        { "{{ missing.a }}", "ERROR" },
        { "{{ missing + 1 }}", "ERROR" },
        { "{{ missing|int }}", "ERROR" },
        { "{{ 'a' + 1 }}", "ERROR" },
        { "{{ 1 < 'a' }}", "ERROR" },
        { "{{ 1 in 'a1' }}", "ERROR" },
        { "{{ 1 // 0 }}", "ERROR" },
        { "{{ n() }}", "ERROR" },
        { "{{ missing() }}", "ERROR" },
        { "{% for i in 3 %}{% endfor %}", "ERROR" },
        { "{{ n|length }}", "ERROR" },
        { "{{ raise_exception('no') }}", "ERROR" },
        { "{% set pair.k = 1 %}", "ERROR" },
        { "{% set a, b = [1] %}", "ERROR" },
        { "{{ list.append(4) }}", "ERROR" },
        { "{{ pair.update({}) }}", "ERROR" },
        { "{{ word.nothing() }}", "ERROR" },
        { "{{ range(100001)|list }}", "ERROR" },
        { "{{ 'a'|nosuch }}", "ERROR" },
        { "{{ 'a' is nosuch }}", "ERROR" },
        { "{% if %}{% endif %}", "ERROR" },
        { "{% endif %}", "ERROR" },
        { "{{ 1", "ERROR" },
        { "{# open", "ERROR" },
        { "{{ 'open }}", "ERROR" },
        { "{{ (1 }}", "ERROR" },
        { "{{ 1 $ 2 }}", "ERROR" },
        { "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}", "ERROR" },
        { "{% macro m(a) %}{% endmacro %}{{ m(b=2) }}", "ERROR" },
        { "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "ERROR" },
    };

    [Theory, MemberData(nameof(Features))]
    public void Features_write_what_is_expected(string template, string expected) => Assert.Equal(expected, Ours(template));

    [Theory, MemberData(nameof(Features))]
    public void Jinja_expects_the_same(string template, string expected) =>
        Assert.Equal(expected, peer.Render(template, Names, Now, out _) ?? "ERROR");

    private static string Ours(string template)
    {
        try
        {
            return ChatTemplate.Parse(template).Render(Array.Empty<ChatMessage>(), variables: Names.ToDictionary(), now: Now);
        }
        catch (InvalidDataException)
        {
            return "ERROR";
        }
    }
}
