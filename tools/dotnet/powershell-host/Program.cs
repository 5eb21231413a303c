// Runs a PowerShell script where no PowerShell can be installed, such as under Wine: the real
// engine, without the modules that come with PowerShell, so with its core cmdlets only.
//
//     powershell_host SCRIPT.PS1 [ARGUMENT...]
//
// The exit code is the script's, or 1 when it ended with an error.

using System;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace OpenDO.PowerShellHost
{
    public static class Program
    {
        public static int Main(string[] arguments)
        {
            if (arguments.Length == 0)
            {
                Console.Error.WriteLine("usage: powershell_host SCRIPT.PS1 [ARGUMENT...]");
                return 2;
            }

            InitialSessionState state = InitialSessionState.CreateDefault2();
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
            using Runspace runspace = RunspaceFactory.CreateRunspace(new ConsoleHost(), state);
            runspace.Open();
            using var shell = PowerShell.Create(runspace);
            shell.AddCommand(arguments[0]);
            foreach (string argument in arguments.AsSpan(1))
            {
                shell.AddArgument(argument);
            }
            shell.AddCommand("Out-Default").Commands.Commands[0].MergeMyResults(
                PipelineResultTypes.Error, PipelineResultTypes.Output);
            try
            {
                shell.Invoke();
            }
            catch (RuntimeException error)
            {
                Console.WriteLine(error.ErrorRecord);
                Console.WriteLine(error.ErrorRecord.ScriptStackTrace);
                return 1;
            }
            // What the script said by exit; nothing when it just came to its end.
            object said = runspace.SessionStateProxy.GetVariable("LASTEXITCODE");
            return said is int code ? code : shell.HadErrors ? 1 : 0;
        }
    }

    /// <summary>Writes to the console, and has nobody to ask.</summary>
    public sealed class ConsoleHost : PSHost
    {
        public override string Name => "OpenDO tests";
        public override Version Version { get; } = new Version(1, 0);
        public override Guid InstanceId { get; } = Guid.NewGuid();
        public override PSHostUserInterface UI { get; } = new ConsoleUI();
        public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
        public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

        public override void SetShouldExit(int exitCode)
        {
        }

        public override void EnterNestedPrompt() => throw new NotSupportedException();
        public override void ExitNestedPrompt() => throw new NotSupportedException();

        public override void NotifyBeginApplication()
        {
        }

        public override void NotifyEndApplication()
        {
        }
    }

    public sealed class ConsoleUI : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI { get; } = new Screen();

        public override void Write(string value) => Console.Write(value);
        public override void WriteLine(string value) => Console.WriteLine(value);
        public override void WriteErrorLine(string value) => Console.WriteLine(value);
        public override void WriteVerboseLine(string value) => Console.WriteLine(value);
        public override void WriteWarningLine(string value) => Console.WriteLine(value);
        public override void WriteDebugLine(string value) => Console.WriteLine(value);

        public override void Write(ConsoleColor text, ConsoleColor background, string value)
        {
            Console.Write(value);
        }

        public override void WriteProgress(long source, ProgressRecord record)
        {
        }

        public override string ReadLine() => throw Nobody();
        public override System.Security.SecureString ReadLineAsSecureString() => throw Nobody();

        public override System.Collections.Generic.Dictionary<string, PSObject> Prompt(
            string caption, string message,
            System.Collections.ObjectModel.Collection<FieldDescription> descriptions)
        {
            throw Nobody();
        }

        public override PSCredential PromptForCredential(string caption, string message,
                                                         string user, string target)
        {
            throw Nobody();
        }

        public override PSCredential PromptForCredential(string caption, string message,
                                                         string user, string target,
                                                         PSCredentialTypes types,
                                                         PSCredentialUIOptions options)
        {
            throw Nobody();
        }

        public override int PromptForChoice(
            string caption, string message,
            System.Collections.ObjectModel.Collection<ChoiceDescription> choices, int preset)
        {
            throw Nobody();
        }

        private static NotSupportedException Nobody()
        {
            return new NotSupportedException("there is nobody to ask");
        }
    }

    /// <summary>A screen of a fixed width, for tables.</summary>
    public sealed class Screen : PSHostRawUserInterface
    {
        public override Size BufferSize { get; set; } = new Size(160, 50);
        public override Size WindowSize { get; set; } = new Size(160, 50);
        public override Size MaxWindowSize => WindowSize;
        public override Size MaxPhysicalWindowSize => WindowSize;
        public override Coordinates CursorPosition { get; set; }
        public override Coordinates WindowPosition { get; set; }
        public override int CursorSize { get; set; }
        public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;
        public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;
        public override string WindowTitle { get; set; } = "";
        public override bool KeyAvailable => false;

        public override void FlushInputBuffer()
        {
        }

        public override KeyInfo ReadKey(ReadKeyOptions options)
        {
            throw new NotSupportedException();
        }

        public override BufferCell[,] GetBufferContents(Rectangle rectangle)
        {
            throw new NotSupportedException();
        }

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents)
        {
        }

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill)
        {
        }

        public override void ScrollBufferContents(Rectangle source, Coordinates destination,
                                                  Rectangle clip, BufferCell fill)
        {
        }
    }
}
