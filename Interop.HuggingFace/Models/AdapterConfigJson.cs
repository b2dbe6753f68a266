using System.Text.Json;
using System.Text.Json.Nodes;

namespace Levee.Interop.HuggingFace;

/// <summary>Between <see cref="AdapterConfig"/> and its JSON.</summary>
internal static class AdapterConfigJson
{
    /// <summary>Fields that say nothing about what a finished adapter computes.</summary>
    private static readonly HashSet<string> Inert =
    [
        "auto_mapping", "corda_config", "ensure_weight_tying", "eva_config", "inference_mode", "layers_pattern", "loftq_config",
        "lora_ga_config", "megatron_core", "peft_version", "qalora_group_size", "revision", "runtime_config",
    ];

    /// <summary>Drawings of fresh adapters that leave the model's own weights as they are.</summary>
    private static readonly HashSet<string> Draws = ["gaussian", "eva", "orthogonal"];

    internal static AdapterConfig Read(JsonField root)
    {
        Demand(root, "peft_type", "LORA", required: true);
        Demand(root, "task_type", "CAUSAL_LM");
        Demand(root, "bias", "none");
        var config = new AdapterConfig
        {
            Rank = root.Required("r").Integer(minimum: 1),
            Alpha = root.Required("lora_alpha").Positive(),
            UseRsLora = root.Optional("use_rslora")?.Flag() ?? false,
            TargetModules = Targets(root.Required("target_modules")),
            BaseModel = root.Optional("base_model_name_or_path")?.Text() ?? "",
            Dropout = Dropout(root.Optional("lora_dropout")),
        };
        CheckDraw(root.Optional("init_lora_weights"));
        foreach (var (name, value) in root.Members())
        {
            if (!IsRead(name) && !Inert.Contains(name) && IsOn(value.Element))
            {
                throw value.Error($"the setting is not supported; remove it where the adapter was made without, or merge the adapter with PEFT.");
            }
        }
        return config;
    }

    internal static JsonObject ToDocument(AdapterConfig config) => new()
    {
        ["alpha_pattern"] = new JsonObject(),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = config.BaseModel.Length > 0 ? config.BaseModel : null,
        ["bias"] = "none",
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["layers_pattern"] = null,
        ["layers_to_transform"] = null,
        ["lora_alpha"] = config.Alpha,
        ["lora_dropout"] = JsonOutput.Real(0.0),
        ["modules_to_save"] = null,
        ["peft_type"] = "LORA",
        ["r"] = config.Rank,
        ["rank_pattern"] = new JsonObject(),
        ["revision"] = null,
        ["target_modules"] = JsonOutput.Texts(config.TargetModules),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = config.UseRsLora,
    };

    private static bool IsRead(string name) =>
        name is "peft_type" or "task_type" or "bias" or "r" or "lora_alpha" or "use_rslora" or "target_modules" or "base_model_name_or_path"
            or "init_lora_weights" or "lora_dropout";

    private static double Dropout(JsonField? field) => field?.Number() switch
    {
        null => 0,
        >= 0 and < 1 and var share => share,
        var other => throw field!.Error($"{other} is no share from 0 to below 1; correct it."),
    };

    private static void Demand(JsonField root, string name, string value, bool required = false)
    {
        var field = required ? root.Required(name) : root.Optional(name);
        if (field is not null && field.Text() != value)
        {
            throw field.Error($"\"{field.Text()}\" is not supported; adapters are read whose {name} is \"{value}\".");
        }
    }

    private static string[] Targets(JsonField field)
    {
        if (field.Element.ValueKind != JsonValueKind.String)
        {
            return [.. field.Items().Select(item => item.Text())];
        }
        return field.Text() == AdapterConfig.AllLinear
            ? [AdapterConfig.AllLinear]
            : throw field.Error($"the pattern \"{field.Text()}\" is not supported; list the modules, such as [\"q_proj\", \"v_proj\"].");
    }

    private static void CheckDraw(JsonField? field)
    {
        if (field?.Element.ValueKind == JsonValueKind.String && !Draws.Contains(field.Text()))
        {
            throw field.Error(
                $"\"{field.Text()}\" is not supported: it changes the model's own weights; convert the adapter with PEFT when saving it there.");
        }
    }

    /// <summary>
    /// True when a setting asks for something, which is when it is neither null, false nor empty. A number does, 0 included:
    /// <c>layers_to_transform</c> 0 is the first layer alone.
    /// </summary>
    private static bool IsOn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        JsonValueKind.String => value.GetString() != "",
        _ => true,
    };
}
