# Tests of the module OpenDO and of the scripts beside it. Driven by test_powershell.py.
#
#     test_powershell.ps1 URL FOLDER README-SCRIPT [WORD]
#
# URL is that of the content server, with a slash at its end; FOLDER is an empty one to download
# to. With WORD only the tests that have it in their name run.
param([string] $Url, [string] $Folder, [string] $ReadmeScript, [string] $Word = '')

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$passed = 0
$failed = @()
$contentLength = 1000000
$deadline = 30   # seconds

function Test([string] $name, [scriptblock] $body) {
    if (-not $name.Contains($Word)) {
        return
    }
    [Console]::WriteLine("[ RUN      ] $name")
    try {
        $null = & $body
        $script:passed++
        [Console]::WriteLine("[       OK ] $name")
    } catch {
        $script:failed += $name
        [Console]::WriteLine("[  ERROR   ] $($_.Exception.Message)")
        [Console]::WriteLine($_.ScriptStackTrace)
    }
}

function Check([bool] $condition, [string] $sentence) {
    if (-not $condition) {
        throw "this does not hold: $sentence"
    }
}

function Equal($expected, $actual, [string] $what) {
    if ("$expected" -cne "$actual") {
        throw "${what}: expected '$expected', got '$actual'"
    }
}

# The action ends with a terminating error: its HRESULT, and what its message has. Gives the error.
function Fails([int] $code, [string] $words, [scriptblock] $action) {
    try {
        $null = . $action
    } catch {
        Equal ('{0:X8}' -f $code) ('{0:X8}' -f $_.Exception.HResult) "HRESULT of '$($_.Exception.Message)'"
        Check ($_.Exception.Message.Contains($words)) "'$($_.Exception.Message)' has '$words'"
        return $_
    }
    throw 'it does not fail'
}

# These texts in one line, in order.
function Sorted([string[]] $texts) {
    [Array]::Sort($texts)
    $texts -join ' '
}

function FreshPath {
    [IO.Path]::Combine($Folder, [Guid]::NewGuid().ToString('N'))
}

function Files {
    [IO.Directory]::GetFiles($Folder).Count
}

# Tell the content server something: to hold back half of /slow, or to let go.
function Server([string] $what) {
    $null = [System.Net.WebClient]::new().DownloadString("$Url$what")
}

# The bytes of /file: each stretch of eight says where it is.
function Content([long] $offset, [long] $length) {
    $text = [Text.StringBuilder]::new()
    for ($i = [long] [Math]::Floor($offset / 8); 8 * $i -lt $offset + $length; $i++) {
        $null = $text.Append($i.ToString('D7')).Append(',')
    }
    $text.ToString().Substring($offset % 8, $length)
}

function Read([string] $path) {
    [IO.File]::ReadAllText($path)
}

# What the engine shows when this runs.
function Shown([scriptblock] $action) {
    $writer = [IO.StringWriter]::new()
    $console = [Console]::Out
    [Console]::SetOut($writer)
    try {
        & $action | Out-Default
    } finally {
        [Console]::SetOut($console)
    }
    $writer.ToString() -replace "`e\[[0-9;]*m", ''
}

Import-Module ([IO.Path]::Combine($PSScriptRoot, 'OpenDO'))

$commands = 'Start', 'Get', 'Suspend', 'Resume', 'Complete', 'Stop' |
    ForEach-Object { "$_-OdoDownload" }

# --- The module ------------------------------------------------------------------------------

Test 'the module exports its six commands and nothing else' {
    Equal (Sorted $commands) (Sorted (Get-Command -Module OpenDO | ForEach-Object Name)) 'commands'
}

Test 'each command has help with examples and each parameter in it' {
    foreach ($name in $commands) {
        $help = Get-Help $name -Full
        Check ($help.Synopsis.EndsWith('.') -and $help.Synopsis.Length -gt 10) "$name has a synopsis"
        $examples = @($help.examples.example)
        Check ($examples.Count -ge 1) "$name has an example"
        foreach ($example in $examples) {
            $errors = $null
            $null = [Management.Automation.Language.Parser]::ParseInput($example.code, [ref] $null,
                                                                        [ref] $errors)
            Equal 0 $errors.Count "errors in '$($example.code)'"
        }
        foreach ($parameter in @($help.parameters.parameter)) {
            if ($parameter.name -notin 'WhatIf', 'Confirm') {
                Check ($null -ne $parameter.PSObject.Properties['description'] -and
                       "$($parameter.description.Text)".Length -gt 10) "$name -$($parameter.name) is described"
            }
        }
    }
}

Test 'the source of the module uses core cmdlets only' {
    $path = [IO.Path]::Combine($PSScriptRoot, 'OpenDO', 'OpenDO.psm1')
    $tree = [Management.Automation.Language.Parser]::ParseFile($path, [ref] $null, [ref] $null)
    $calls = $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)
    Check ($calls.Count -gt 20) 'there are calls'
    foreach ($call in $calls) {
        $name = $call.GetCommandName()
        Check ($name -like '*-Odo*' -or $name -in 'Set-StrictMode', 'Export-ModuleMember') "$name is one of them"
    }
}

Test 'the scripts have nothing that Windows PowerShell 5.1 cannot parse' {
    foreach ($name in 'OpenDO\OpenDO.psm1', 'OpenDO\OpenDO.psd1', 'get-ranges.ps1') {
        $tokens = $null
        $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseFile(
            [IO.Path]::Combine($PSScriptRoot, $name), [ref] $tokens, [ref] $errors)
        Equal 0 $errors.Count "errors in $name"
        foreach ($token in $tokens) {
            Check ($token.Kind -notin 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket',
                   'AndAnd', 'OrOr', 'Ampersand') "'$($token.Text)' at $($token.Extent.StartLineNumber) in $name is old"
        }
        $new = $tree.FindAll({ $args[0].GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' }, $true)
        Equal 0 @($new).Count "new expressions in $name"
    }
}

# --- Whole downloads -------------------------------------------------------------------------

Test 'Start-OdoDownload fetches a file, gives nothing, and returns when it is there' {
    $path = FreshPath
    Equal '' (Start-OdoDownload "${Url}file" $path) 'output'
    Equal (Content 0 $contentLength) (Read $path) 'content'
}

Test 'ranges land one behind the other, in the order given' {
    $path = FreshPath
    Start-OdoDownload -Source "${Url}file" -Destination $path -Range '900000-900099', '0-0', '999000-', '500-599,100-199'
    Equal ((Content 900000 100) + (Content 0 1) + (Content 999000 1000) + (Content 500 100) +
           (Content 100 100)) (Read $path) 'content'
}

Test 'sources and destinations come through the pipeline, by name' {
    $list = @(
        [pscustomobject] @{ Source = "${Url}file"; Destination = FreshPath; Range = '8-15' }
        [pscustomobject] @{ Source = "${Url}file"; Destination = FreshPath; Range = '' }
    )
    $list | Start-OdoDownload
    Equal '0000001,' (Read $list[0].Destination) 'content of the first'
    Equal $contentLength (Read $list[1].Destination).Length 'length of the second'
}

Test 'a folder takes files under the names of their URLs' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    "${Url}file?x=/1", "${Url}small" | Start-OdoDownload -Destination $inside
    Equal $contentLength (Read ([IO.Path]::Combine($inside, 'file'))).Length 'length of file'
    Equal "not very much`n" (Read ([IO.Path]::Combine($inside, 'small'))) 'small'
}

Test 'several sources in one call go to as many destinations' {
    $paths = @((FreshPath), (FreshPath))
    Start-OdoDownload -Source "${Url}small", "${Url}file" -Destination $paths
    Equal "not very much`n" (Read $paths[0]) 'the first'
    Equal $contentLength (Read $paths[1]).Length 'length of the second'
}

Test 'custom headers are sent' {
    $path = FreshPath
    Start-OdoDownload "${Url}headers" $path -CustomHeaders 'X-One: 1', 'X-Two: 2'
    Check ((Read $path) -match '(?s)X-One: 1.*X-Two: 2') 'the server has seen them'
}

# A download of /slow in another runspace, as it is when its progress shows that half has come.
function Begin([string] $path) {
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ExecutionPolicy = 'Bypass'
    $run = [powershell]::Create($state)
    $null = $run.AddScript('param($module, $url, $path) Import-Module $module; Start-OdoDownload $url $path')
    $null = $run.AddArgument([IO.Path]::Combine($PSScriptRoot, 'OpenDO')).AddArgument("${Url}slow").AddArgument($path)
    $handle = $run.BeginInvoke()
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not ($run.Streams.Progress | Where-Object PercentComplete -gt 0)) {
        Check (-not $handle.IsCompleted) "it goes on for now; $($run.InvocationStateInfo.Reason)"
        Check ($clock.Elapsed.TotalSeconds -lt $deadline) 'progress comes in time'
        $null = $handle.AsyncWaitHandle.WaitOne(20)
    }
    [pscustomobject] @{ Run = $run; Handle = $handle }
}

Test 'progress is shown, and ends' {
    $path = FreshPath
    Server 'hold'
    $begun = Begin $path
    Server 'release'
    $null = $begun.Run.EndInvoke($begun.Handle)
    Check (-not $begun.Run.HadErrors) "it goes well: $($begun.Run.Streams.Error)"
    $last = @($begun.Run.Streams.Progress)[-1]
    Equal 'Completed' $last.RecordType 'type of the last record'
    Check ($last.Activity -match 'slow') 'it names the source'
    Equal (Content 0 $contentLength) (Read $path) 'content'
    $begun.Run.Runspace.Dispose()
}

Test 'interrupted, a download leaves nothing' {
    $before = Files
    Server 'hold'
    $begun = Begin (FreshPath)
    Check ((Files) -gt $before) 'a temporary file is there'
    $begun.Run.Stop()   # what Ctrl+C does
    Equal $before (Files) 'number of files'
    Server 'release'
    $begun.Run.Runspace.Dispose()
}

# --- Asynchronous downloads ------------------------------------------------------------------

Test 'an asynchronous download is watched and completed' {
    $path = FreshPath
    $download = Start-OdoDownload "${Url}file" $path -Range '16-31' -Asynchronous -DisplayName 'one of mine' -Priority Low
    Check ($download.ComObject.Wait($deadline)) 'it arrives'
    Equal 'Transferred' $download.State 'state'
    Equal '16 16' "$($download.BytesTransferred) $($download.BytesTotal)" 'bytes'
    Equal "${Url}file|$path|16-31|one of mine|Normal|" (($download.Source, $download.Destination,
        "$($download.Range)", $download.DisplayName, $download.Priority, $download.Error) -join '|') 'what it shows'
    Check (-not [IO.File]::Exists($path)) 'the file has no name yet'
    Equal '' ($download | Complete-OdoDownload) 'output'
    Equal 'Finalized' $download.State 'state'
    Equal '0000002,0000003,' (Read $path) 'content'
}

Test 'suspended, resumed, and complete through the pipeline' {
    Server 'hold'
    $path = FreshPath
    $download = Start-OdoDownload "${Url}slow" $path -Asynchronous
    $suspended = $download | Suspend-OdoDownload
    Equal "$($download.Id) Paused" "$($suspended.Id) $($suspended.State)" 'the suspended one'
    Server 'release'
    $resumed = $suspended | Resume-OdoDownload -Asynchronous
    Equal $download.Id $resumed.Id 'the resumed one'
    $null = $resumed | Suspend-OdoDownload
    Equal '' ($resumed | Resume-OdoDownload) 'output of the last'
    Equal 'Finalized' $download.State 'state'
    Equal (Content 0 $contentLength) (Read $path) 'content'
}

Test 'Get-OdoDownload finds by name, by wildcards and by id' {
    Server 'hold'
    $downloads = 'find me 1', 'find me 2', 'not me' | ForEach-Object {
        Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous -DisplayName $_
    }
    Equal 'find me 1 find me 2' (Sorted (Get-OdoDownload 'find*' | ForEach-Object DisplayName)) 'by wildcards'
    Equal $downloads[2].Id (Get-OdoDownload -DisplayName 'not me').Id 'by name'
    Equal 'find me 2' (Get-OdoDownload -Id $downloads[1].Id).DisplayName 'by id'
    Equal 'find me 1' ($downloads[0] | Get-OdoDownload).DisplayName 'by an id in the pipeline'
    Check (@(Get-OdoDownload).Count -ge 3) 'all are listed'
    Equal 0 @(Get-OdoDownload 'nobody').Count 'those of a name nobody has'
    $downloads | Stop-OdoDownload
    Equal 0 @(Get-OdoDownload 'find*').Count 'those left after Stop'
    Server 'release'
}

Test 'Stop-OdoDownload leaves nothing' {
    $before = Files
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous
    Stop-OdoDownload $download
    Equal 'Aborted' $download.State 'state'
    Equal $before (Files) 'number of files'
    Server 'release'
}

# --- Nothing happens with -WhatIf ------------------------------------------------------------

Test 'with -WhatIf nothing starts, and it is said what would' {
    $before = Files
    $shown = Shown { Start-OdoDownload "${Url}file" (FreshPath) -WhatIf }
    Check ($shown -match 'What if: .*Download.*file') "'$shown' says it"
    Equal $before (Files) 'number of files'
}

Test 'with -WhatIf a download goes on as it was' {
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous
    $state = $download.State
    Equal '' (Suspend-OdoDownload $download -WhatIf) 'output of Suspend'
    Resume-OdoDownload $download -WhatIf
    Complete-OdoDownload $download -WhatIf
    Stop-OdoDownload $download -WhatIf
    Equal $state $download.State 'state'
    Stop-OdoDownload $download -Confirm:$false
    Server 'release'
}

# --- Failures --------------------------------------------------------------------------------

Test 'a failed download ends with the code in words, and leaves nothing' {
    $before = Files
    $record = Fails 0x80190194 '(0x80190194)' { Start-OdoDownload "${Url}missing" (FreshPath) }
    Check ($record.Exception.Message -match 'missing: \w+.*\(0x80190194\)$') "'$record' has words"
    Equal 'ConnectionError' $record.CategoryInfo.Category 'category'
    Equal 'OpenDO.0x80190194,Start-OdoDownload' $record.FullyQualifiedErrorId 'id'
    Equal $before (Files) 'number of files'
}

Test 'one failed source stops the others of the call' {
    $before = Files
    Server 'hold'
    $null = Fails 0x80190194 'missing' {
        Start-OdoDownload -Source "${Url}missing", "${Url}slow" -Destination (FreshPath), (FreshPath)
    }
    Server 'release'
    Equal $before (Files) 'number of files'
}

Test 'what the server refuses is told with its code' {
    $record = Fails 0x80D05012 '0x80D05012' { Start-OdoDownload "${Url}file" (FreshPath) -Range '0-9', '5-20' }
    Equal 'InvalidArgument' $record.CategoryInfo.Category 'category'
    $null = Fails 0x80D05010 '0x80D05010' { Start-OdoDownload "${Url}small" (FreshPath) -Range '90-99' }
    $null = Fails 0x800C0002 '0x800C0002' { Start-OdoDownload 'ftp://127.0.0.1/a' (FreshPath) }
    $record = Fails 0x80D02003 'Cannot get the download' { Get-OdoDownload -Id ([Guid]::NewGuid()) }
    Equal 'ObjectNotFound' $record.CategoryInfo.Category 'category'
}

Test 'a download cannot be completed before it has arrived' {
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous
    $record = Fails 0x80D02013 'Cannot complete' { $download | Complete-OdoDownload }
    Equal 'InvalidOperation' $record.CategoryInfo.Category 'category'
    $download | Stop-OdoDownload
    $null = Fails 0x80D02013 'Cannot resume' { $download | Resume-OdoDownload }
    Server 'release'
}

Test 'an asynchronous download tells its error' {
    $download = Start-OdoDownload "${Url}missing" (FreshPath) -Asynchronous
    Check (-not $download.ComObject.Wait($deadline)) 'it does not arrive'
    Equal 'Paused' $download.State 'state'
    Check ($download.Error -match '^\w+.*\(0x80190194\)$') "'$($download.Error)' has words and code"
    $download | Stop-OdoDownload
}

Test 'arguments that cannot be meant are refused' {
    $path = FreshPath
    foreach ($range in '5', '-5', 'a-b', '0-9;', '0x0-9') {
        try {
            Start-OdoDownload "${Url}file" $path -Range $range
            $refused = $false
        } catch [Management.Automation.ParameterBindingException] {
            $refused = $true
        }
        Check $refused "'$range' is refused"
    }
    $null = Fails 0x80070057 '2 sources, but 3 destinations' {
        Start-OdoDownload "${Url}file", "${Url}small" ($path + 1), ($path + 2), ($path + 3)
    }
    $null = Fails 0x80070057 'two sources' { Start-OdoDownload "${Url}file", "${Url}small" $path, $path }
    $null = Fails 0x80070057 '-Asynchronous' { Start-OdoDownload "${Url}file" $path -KeepAfterExit }
}

# --- How it looks ----------------------------------------------------------------------------

Test 'a download is shown as a line of a table' {
    $path = FreshPath
    $download = Start-OdoDownload "${Url}file" $path -Asynchronous -DisplayName 'in a table'
    Check ($download.ComObject.Wait($deadline)) 'it arrives'
    $shown = Shown { $download }
    Check ($shown -match 'State +Done +Bytes +DisplayName +Destination') "'$shown' has these columns"
    Check ($shown -match "Transferred +100% +1,000,000 +in a table +\S") "'$shown' has this line"
    $download | Stop-OdoDownload
}

# --- Without the module, and the README ------------------------------------------------------

Test 'the script without the module fetches ranges' {
    $path = FreshPath
    $said = & ([IO.Path]::Combine($PSScriptRoot, 'get-ranges.ps1')) "${Url}file" $path '16-23,0-7,999992-'
    Equal "24 bytes are in $path" $said 'what it says'
    Equal '0000002,0000000,0124999,' (Read $path) 'content'
}

Test 'the script without the module says why it failed' {
    try {
        & ([IO.Path]::Combine($PSScriptRoot, 'get-ranges.ps1')) "${Url}missing" (FreshPath)
        $said = ''
    } catch {
        $said = $_.Exception.Message
    }
    Check ($said -match '^\w+.*\(0x80190194\)$') "'$said' has words and code"
}

Test 'the examples of the README do what they say' {
    $null = & $ReadmeScript
    Equal ((Content 4096 100) + (Content 0 16) + (Content 8192 ($contentLength - 8192))) (
        Read ([IO.Path]::Combine($Folder, 'parts.bin'))) 'the ranges'
    Equal (Content 0 $contentLength) (Read ([IO.Path]::Combine($Folder, 'image.iso'))) 'the file'
}

[Console]::WriteLine("[  PASSED  ] $passed test(s).")
if ($failed) {
    [Console]::WriteLine("[  FAILED  ] $($failed.Count) test(s).")
    foreach ($name in $failed) {
        [Console]::WriteLine("[  FAILED  ] $name")
    }
    exit 1
}
exit 0
