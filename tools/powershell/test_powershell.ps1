# Tests of the module OpenDO and of the scripts beside it. Driven by test_powershell.py.
#
#     test_powershell.ps1 URL FOLDER README-SCRIPT NAMES PLACE [WORD]
#
# URL is that of the content server, with a slash at its end; FOLDER is an empty one to download
# to; NAMES is the table of names that are made from URLs. PLACE is 'here', or 'shared' for the
# habits of BITS alone, by the local server. With WORD only the tests that have it in their name run.
param([string] $Url, [string] $Folder, [string] $ReadmeScript, [string] $Names, [string] $Place, [string] $Word = '')

Set-StrictMode -Version 3.0
$global:ErrorActionPreference = 'Stop'   # for what the module's functions tell, too

$passed = 0
$failed = @()
$contentLength = 1000000
$deadline = 120   # seconds: for what is prompt on a machine with nothing else to do

function Test([string] $name, [scriptblock] $body) {
    if (-not $name.Contains($Word) -or ($Place -eq 'shared' -and -not $name.Contains('(BITS: '))) {
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

if ($Place -eq 'shared') {
    $global:PSDefaultParameterValues['Start-OdoDownload:LocalServer'] = $true
    $global:PSDefaultParameterValues['Get-OdoDownload:LocalServer'] = $true
}

$commands = 'Start-OdoDownload', 'Add-OdoFile', 'Get-OdoDownload', 'Set-OdoDownload', 'Suspend-OdoDownload',
    'Resume-OdoDownload', 'Complete-OdoDownload', 'Remove-OdoDownload'

# --- The module ------------------------------------------------------------------------------

Test 'the module exports its commands, one old name, and nothing else' {
    Equal (Sorted ($commands + 'Stop-OdoDownload')) (Sorted (Get-Command -Module OpenDO | ForEach-Object Name)) 'commands'
    Equal 'Remove-OdoDownload' (Get-Command Stop-OdoDownload).ResolvedCommand.Name 'what the old name means'
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
        Check ($name -like '*-Odo*' -or $call.InvocationOperator -eq 'Dot' -or $name -in 'Set-StrictMode',
               'Export-ModuleMember', 'Register-ArgumentCompleter') "$name is one of them"
    }
}

Test 'the scripts have nothing that Windows PowerShell 5.1 cannot parse' {
    foreach ($name in 'OpenDO\OpenDO.psm1', 'OpenDO\OpenDO.Words.ps1', 'OpenDO\OpenDO.psd1', 'get-ranges.ps1') {
        $tokens = $null
        $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseFile(
            [IO.Path]::Combine($PSScriptRoot, $name), [ref] $tokens, [ref] $errors)
        Equal 0 $errors.Count "errors in $name"
        foreach ($token in $tokens) {
            Check ($token.Kind -notin 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', 'QuestionLBracket',
                   'AndAnd', 'OrOr', 'Ampersand') "'$($token.Text)' at $($token.Extent.StartLineNumber) in $name is old"
            if ($token.Kind -in 'StringExpandable', 'HereStringExpandable') {
                Check ($token.Text -cnotmatch '`[eu]') "the escape in $($token.Text) in $name is old"
            } elseif ($token.Kind -eq 'Number') {
                Check ($token.Text -match '^-?(0x[0-9a-f]+|[0-9]+(\.[0-9]+)?)(l|d|kb|mb|gb)?$') "the number $($token.Text) in $name is old"
            }
        }
        for ($i = 1; $i -lt $tokens.Count; $i++) {
            Check ($tokens[$i].Kind -ne 'Pipe' -or $tokens[$i - 1].Kind -ne 'NewLine') "no line of $name begins with a pipe"
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
    Equal "${Url}file|$path|16-31|one of mine|Low|" (($download.Source, $download.Destination,
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

Test 'a failed download ends with the code in words, and is there to be resumed' {
    $before = Files
    $record = Fails 0x80190194 '(0x80190194)' { Start-OdoDownload "${Url}missing" (FreshPath) }
    Check ($record.Exception.Message.EndsWith('missing: the server answered 404: not found (0x80190194)')) "'$record' has the words of odo explain"
    Equal "${Url}missing Error" "$($record.TargetObject.Source) $($record.TargetObject.JobState)" 'its target'
    Check ("$($record.ErrorDetails.RecommendedAction)" -match 'Resume-OdoDownload') 'it says what to do'
    Equal 'ConnectionError' $record.CategoryInfo.Category 'category'
    Equal 'OpenDO.0x80190194,Start-OdoDownload' $record.FullyQualifiedErrorId 'id'
    $record.TargetObject | Remove-OdoDownload
    Equal $before (Files) 'number of files'
}

Test 'one failed source stops the others of the call, and keeps what they have' {
    $before = Files
    Server 'hold'
    $record = Fails 0x80190194 'missing' {
        Start-OdoDownload -Source "${Url}missing", "${Url}slow" -Destination (FreshPath), (FreshPath)
    }
    Server 'release'
    Equal 'Error 0' "$($record.TargetObject.JobState) $($record.TargetObject.FilesTransferred)" 'the download'
    Check ($record.TargetObject.Parts[1].StateText -eq 'Paused') 'the other file stands still'
    $record.TargetObject | Remove-OdoDownload
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
}

Test 'a DLL that is not registered, or not there, is told with what to do' {
    $module = Get-Module OpenDO
    $before = & $module { @{ Ids = $ProgIds.Clone(); Servers = $Servers.Clone() } }
    $classes = [Microsoft.Win32.Registry]::CurrentUser.CreateSubKey('Software\Classes')
    $ghost = [Guid]::NewGuid().ToString('B')
    try {
        & $module {
            $ProgIds.Here = 'OpenDO.NobodyHasThis'; $ProgIds.Shared = 'OpenDO.NobodyHasThisEither'
            $Servers.Here = $null; $Servers.Shared = $null
        }
        $words = "not registered; register OpenDO's 64-bit dosvc.dll: 'regsvr32 dosvc.dll' as an administrator, or 'regsvr32 /n /i:user dosvc.dll' for yourself"
        $record = Fails 0x80040154 $words { Get-OdoDownload -LocalServer:$false }
        Equal 'NotInstalled' $record.CategoryInfo.Category 'category'
        $null = Fails 0x80040154 $words { Start-OdoDownload "${Url}small" (FreshPath) -LocalServer:$false -ErrorAction SilentlyContinue }
        $null = Fails 0x80040154 'dosvc-host.exe beside it' { Get-OdoDownload -LocalServer }

        $classes.CreateSubKey('OpenDO.Ghost\CLSID').SetValue('', $ghost)
        $classes.CreateSubKey("CLSID\$ghost\InprocServer32").SetValue('', 'C:\nowhere\dosvc.dll')
        & $module { $ProgIds.Here = 'OpenDO.Ghost' }
        try {
            Get-OdoDownload -LocalServer:$false
            $said = ''
        } catch {
            $said = $_.Exception.Message
            Equal 'NotInstalled' $_.CategoryInfo.Category "category of '$said'"
        }
        Check ($said -match 'DLL|registered') "'$said' says what is missing"
        Check ($said.Contains("'regsvr32 dosvc.dll'")) "'$said' says what to do"
    } finally {
        & $module { $ProgIds.Here = $args[0].Ids.Here; $ProgIds.Shared = $args[0].Ids.Shared
                    $Servers.Here = $args[0].Servers.Here; $Servers.Shared = $args[0].Servers.Shared } $before
        $classes.DeleteSubKeyTree('OpenDO.Ghost', $false)
        $classes.DeleteSubKeyTree("CLSID\$ghost", $false)
        $classes.Dispose()
    }
}

# --- Names -----------------------------------------------------------------------------------

Test 'names are made from URLs as the table says' {
    $module = Get-Module OpenDO
    $rows = 0
    foreach ($line in [IO.File]::ReadAllLines($Names)) {
        if (-not $line.StartsWith('#')) {
            $sentence, $from, $name = $line.Split("`t")
            Equal $name (& $module { ConvertTo-OdoFileName $args[0] } $from) "$sentence, $from"
            $rows++
        }
    }
    Check ($rows -gt 80) 'there are rows'
}

Test 'whatever the URL, the name is that of a file directly in the folder' {
    $module = Get-Module OpenDO
    $bits = '..', '%2E', '%5C', '%2f', '/', '\', ':', '%3A', 'C', 'nul', 'com1', '.', '%20', ' ', '?', '#', '%00', '%C0%AF',
        '%E2%80%AE', '%FF', '%', '%25', '5C', 'a', 'b.txt', [string] [char] 0xD800, [string] [char] 0xFF0F, '%F0%9F%98%80', '*', '"', '|', '%7F',
        ('x' * 130), '%C3%A9', '~1', '$', '::$DATA'
    $random = [Random]::new(17)
    $kept = 0
    for ($i = 0; $i -lt 400; $i++) {   # C# tries many more
        $from = 'http://h/'
        for ($k = $random.Next(1, 12); $k -gt 0; $k--) {
            $from += $bits[$random.Next($bits.Count)]
        }
        $name = & $module { ConvertTo-OdoFileName $args[0] } $from
        if ($name -eq '') {
            continue
        }
        $kept++
        Check ($name.IndexOfAny([IO.Path]::GetInvalidFileNameChars()) -lt 0) "'$name' of '$from' is a name"
        Equal 'C:\in' ([IO.Path]::GetDirectoryName([IO.Path]::GetFullPath([IO.Path]::Combine('C:\in', $name)))) "folder of '$name' of '$from'"
        Equal $name ([IO.Path]::GetFileName([IO.Path]::GetFullPath([IO.Path]::Combine('C:\in', $name)))) "the name of '$from' as Windows has it"
        Check ([Text.Encoding]::UTF8.GetByteCount($name) -le 255) "'$name' is short enough"
    }
    Check ($kept -gt 100) 'many have a name'
}

Test 'a file lies directly in the folder' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    foreach ($end in '/sub/..%5C..%5Cevil.bin', '/..%2F..%2Fevil.txt', '/Z%3A%5Ctmp%5Cabs.bin', '/C%3Ax', '/nul') {
        Start-OdoDownload "${Url}small$end" $inside
    }
    Equal 'C_x _nul abs.bin evil.bin evil.txt' (Sorted ([IO.Directory]::GetFiles($inside) | ForEach-Object { [IO.Path]::GetFileName($_) })) 'files'
    $null = Fails 0x80070057 'no name' { Start-OdoDownload "${Url}small/%2E%2E" $inside }
}

Test 'a file that exists is replaced, when the new one is whole and not before' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    $path = [IO.Path]::Combine($inside, 'small')
    [IO.File]::WriteAllText($path, 'old')
    Start-OdoDownload "${Url}missing/small" $inside -ErrorAction SilentlyContinue
    Equal 'old' (Read $path) 'after a failure'
    Start-OdoDownload "${Url}small" $inside
    Equal "not very much`n" (Read $path) 'after a success'
    Get-OdoDownload | Remove-OdoDownload
}

# --- The habits of BITS ----------------------------------------------------------------------

# What BITS does, and what OpenDO does; then the test of it.
function Habit([string] $bits, [string] $ours, [scriptblock] $body) {
    Test "$ours (BITS: $bits)" $body
}

# What an action tells while it runs, from another runspace: its streams, and itself.
function Background([string] $script, [object[]] $arguments) {
    $state = [Management.Automation.Runspaces.InitialSessionState]::CreateDefault2()
    $state.ExecutionPolicy = 'Bypass'
    $run = [powershell]::Create($state)
    $values = ''
    if ($Place -eq 'shared') {
        $values = '$PSDefaultParameterValues["Start-OdoDownload:LocalServer"] = $true; '
    }
    $null = $run.AddScript('Import-Module $args[0]; $url = $args[1]; ' + $values + $script)
    $null = $run.AddArgument([IO.Path]::Combine($PSScriptRoot, 'OpenDO')).AddArgument($Url)
    foreach ($argument in $arguments) {
        $null = $run.AddArgument($argument)
    }
    [pscustomobject] @{ Run = $run; Handle = $run.BeginInvoke() }
}

# Until this holds. It ends the test when that takes too long.
function Until([scriptblock] $holds, [string] $sentence) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $holds)) {
        Check ($clock.Elapsed.TotalSeconds -lt $deadline) "in time, $sentence"
        $null = [Threading.Thread]::CurrentThread.Join(20)
    }
}

Habit 'a job that fails is in the state Error until it is resumed or removed' 'Resume-OdoDownload that fails deletes nothing' {
    $before = Files
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous
    Until { $download.BytesTransferred -gt 0 } 'some bytes come'
    $null = $download | Suspend-OdoDownload
    Server 'release'
    $had = $download.BytesTransferred
    $download.ComObject.Url = "${Url}missing"
    $record = Fails 0x80190194 '404' { $download | Resume-OdoDownload }
    Equal $download.Id $record.TargetObject.Id 'the target'
    Equal 'Error' $download.JobState 'state'
    Equal $had $download.BytesTransferred 'what had come'
    Check ((Files) -gt $before) 'the temporary file is there'
    $download.ComObject.Url = "${Url}slow"
    $path = $download.Destination
    $download | Resume-OdoDownload
    Equal (Content 0 $contentLength) (Read $path) 'content in the end'
}

Habit 'Ctrl+C of a cmdlet that waits leaves the job' 'Ctrl+C of Resume-OdoDownload leaves the download as it is' {
    Server 'hold'
    $begun = Background ('$d = Start-OdoDownload "${url}slow" $args[2] -Asynchronous -KeepAfterExit -DisplayName kept; ' +
                         '$null = $d | Suspend-OdoDownload; $d | Resume-OdoDownload') @(FreshPath)
    Until { $begun.Run.Streams.Progress | Where-Object PercentComplete -gt 0 } 'progress comes'
    $begun.Run.Stop()
    Server 'release'
    $download = Get-OdoDownload kept
    Equal 'Suspended' $download.JobState 'state'
    $path = $download.Destination
    $download | Resume-OdoDownload
    Equal (Content 0 $contentLength) (Read $path) 'content'
    $begun.Run.Runspace.Dispose()
}

Habit 'an error of one object does not end the pipeline' 'a list whose second row is bad fetches the others' {
    $list = FreshPath
    $paths = (FreshPath), (FreshPath), (FreshPath)
    [IO.File]::WriteAllLines($list, [string[]] ('Source,Destination', "${Url}small,$($paths[0])", "${Url}missing,$($paths[1])",
                                                "${Url}file,$($paths[2])"))
    $failed = $null
    Import-Csv $list | Start-OdoDownload -ErrorAction SilentlyContinue -ErrorVariable failed
    Equal "not very much`n" (Read $paths[0]) 'the first'
    Equal (Content 0 $contentLength) (Read $paths[2]) 'the third'
    Equal 1 $failed.Count 'errors'
    Equal "${Url}missing" $failed[0].TargetObject.Source 'target of the error'
    $failed[0].TargetObject | Remove-OdoDownload
    Check (-not [IO.File]::Exists($paths[1])) 'the second is not there'
}

Habit 'an error of one object does not end the pipeline' 'of a list each row that cannot be obeyed is an error, and the others are fetched' {
    $bad = @(
        [pscustomobject] @{ Source = "${Url}small"; Destination = FreshPath; TransferType = 'Upload' }
        [pscustomobject] @{ Source = "${Url}small"; Destination = FreshPath; TransferPolicy = 'Capped' }
        [pscustomobject] @{ Source = "${Url}small"; Destination = 'HKCU:\small' }
        [pscustomobject] @{ Source = "${Url}small"; Destination = 'NoSuchDrive:\small' }
        [pscustomobject] @{ Source = 'ftp://127.0.0.1/small'; Destination = FreshPath }
    )
    $unbound = @(   # of these PowerShell tells by itself, and not in an -ErrorVariable
        [pscustomobject] @{ Source = "${Url}small"; Destination = FreshPath; Priority = 'Urgent' }
        [pscustomobject] @{ Source = "${Url}small"; Destination = FreshPath; Range = 'all' }
        [pscustomobject] @{ Source = ''; Destination = FreshPath }
    )
    $paths = (FreshPath), (FreshPath)
    $failed = $null
    @([pscustomobject] @{ Source = "${Url}small"; Destination = $paths[0] }) + $bad + $unbound + [pscustomobject] @{ Source = "${Url}small"; Destination = $paths[1] } |
        Start-OdoDownload -ErrorAction SilentlyContinue -ErrorVariable failed
    Equal $bad.Count $failed.Count "errors: $($failed -join '; ')"
    Equal 'True True' "$([IO.File]::Exists($paths[0])) $([IO.File]::Exists($paths[1]))" 'the good ones'
    Equal 0 @(Get-OdoDownload).Count 'what is left'
}

Habit 'each row stands for itself' 'what one row says does not hold for the next' {
    $paths = (FreshPath), (FreshPath)
    $given = [pscustomobject] @{ Source = "${Url}file"; Destination = $paths[0]; Range = '8-15'; DisplayName = 'first'; Priority = 'Low'; CustomHeaders = 'X-One: 1'; RetryTimeout = 7 },
        [pscustomobject] @{ Source = "${Url}headers"; Destination = $paths[1] } | Start-OdoDownload -PassThru -ThrottleLimit 1
    Equal '0000001,' (Read $paths[0]) 'the first'
    Check ((Read $paths[1]).Contains('Host') -and -not (Read $paths[1]).Contains('X-One')) 'the second has all bytes, and no such header'
    Equal 'first Low 7|OpenDO Transfer Foreground 300' (($given | ForEach-Object { "$($_.DisplayName) $($_.Priority) $($_.RetryTimeout)" }) -join '|') 'what they show'
}

Habit 'flags are a list' 'several flags need no quotes' {
    $path = FreshPath
    Start-OdoDownload "${Url}small" $path -SecurityFlags IgnoreUnknownCA, IgnoreCertCNInvalid
    Check ([IO.File]::Exists($path)) 'the file is there'
    $null = Fails 0x80070057 'Capped, Roaming' { Start-OdoDownload "${Url}small" $path -TransferPolicy Capped, Roaming }
    $null = Fails 0x80070057 'notifications' { Start-OdoDownload "${Url}small" $path -NotifyFlags JobError, JobTransferred }
}

Habit '-CertSubjectName finds a certificate' '-CertSubjectName takes the certificate with this text in its subject' {
    # Its own signature, without its key, of "CN=opendo client of the tests".
    $certificate = [Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String(
        'MIIBojCCAUegAwIBAgIUI8EglVlTFZdcIijjvL48NMUlQQswCgYIKoZIzj0EAwIwJTEjMCEGA1UEAwwab3BlbmRvIGNsaWVudCBvZiB0aGUgdGVzdHMwIBcN' +
        'MjYxMTI4MDIzMzMwWhgPMjEyNjExMDQwMjMzMzBaMCUxIzAhBgNVBAMMGm9wZW5kbyBjbGllbnQgb2YgdGhlIHRlc3RzMFkwEwYHKoZIzj0CAQYIKoZIzj0D' +
        'AQcDQgAEjkoTL+TRmjpOW1gLAtB/k8VPPz3MgKlXEAqKdPCAT44mE0DonHCx77c8uwFonBHLSy+NR47/cL+xkT8fBuCzLqNTMFEwHQYDVR0OBBYEFMLnEsKL' +
        'Q6fCcPR2Xo2dstO7EQ7ZMB8GA1UdIwQYMBaAFMLnEsKLQ6fCcPR2Xo2dstO7EQ7ZMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhALzcy8PZ' +
        'uPrpDp6V9R9vkdGNffJW/lbm6Xz7LPVxhOTkAiEAkjzfK8pia8t9vJQRa3KJV6nVLH7eJZFR2t3he8aWA6E='))
    $change = {
        $store = [Security.Cryptography.X509Certificates.X509Store]::new('MY', 'CurrentUser')
        $store.Open('ReadWrite')
        $store.($args[0])($certificate)
        $store.Dispose()
        if ($args[0] -eq 'Remove') {   # Wine 8 keeps it
            [Microsoft.Win32.Registry]::CurrentUser.DeleteSubKeyTree(
                "Software\Microsoft\SystemCertificates\My\Certificates\$($certificate.Thumbprint)", $false)
        }
    }
    & $change Remove   # that of a run that was killed
    $null = Fails 0x80070057 "no certificate with 'client of the tests'" { Start-OdoDownload "${Url}small" (FreshPath) -CertSubjectName 'client of the tests' }
    & $change Add
    try {
        $download = Start-OdoDownload "${Url}small" (FreshPath) -Suspended -CertSubjectName 'client of the tests'
        Equal "CurrentUser\MY\$($certificate.Thumbprint)" $download.ComObject.GetProperty('ClientCertificate').ToUpper().Replace('CURRENTUSER', 'CurrentUser') 'certificate'
        $download | Remove-OdoDownload
    } finally {
        & $change Remove
    }
}

Habit '-ErrorAction works' 'a list goes on by Continue, and ends by Stop' {
    $rows = foreach ($source in 'missing', 'small') {
        [pscustomobject] @{ Source = "$Url$source"; Destination = FreshPath }
    }
    $shown = Shown { $rows | Start-OdoDownload -ErrorAction Continue }
    Check ($shown.Contains('404')) "'$shown' tells the error"
    Check ([IO.File]::Exists($rows[1].Destination)) 'the second is there'
    $null = Fails 0x80190194 '404' { $rows | Start-OdoDownload -ErrorAction Stop -ThrottleLimit 1 }
    Get-OdoDownload | Remove-OdoDownload
}

Habit 'a list of identifiers gives the jobs that are there' 'Get-OdoDownload -Id gives those that are there, and an error for each other' {
    $download = Start-OdoDownload "${Url}small" (FreshPath) -Asynchronous
    $failed = $null
    $found = Get-OdoDownload -Id 'missing', ([Guid]::NewGuid()), $download.Id -ErrorAction SilentlyContinue -ErrorVariable failed
    Equal $download.Id $found.Id 'the one that is there'
    Equal 2 @($failed).Count 'errors'
    Equal 'ObjectNotFound' $failed[0].CategoryInfo.Category 'category'
    $download | Remove-OdoDownload
}

Habit 'JobState is TransientError while it waits to try again' 'progress and -Verbose tell why it waits, and -RetryTimeout ends it' {
    $begun = Background ('Start-OdoDownload "http://127.0.0.1:9/dead" $args[2] -RetryTimeout 4 -Verbose -ErrorAction SilentlyContinue ' +
                         '-ErrorVariable failed; $failed[0].Exception.Message; $failed[0].TargetObject | Remove-OdoDownload') @(FreshPath)
    $words = 'The connection was refused.*; trying again in [12] s'
    Until { $begun.Run.Streams.Progress | Where-Object StatusDescription -match $words } 'progress tells the reason'
    Until { $begun.Run.Streams.Verbose | Where-Object Message -match $words } '-Verbose tells the reason'
    $said = $begun.Run.EndInvoke($begun.Handle)
    Check ("$said" -match 'refused') "'$said' has the reason too"
    $begun.Run.Runspace.Dispose()
}

Habit 'JobState is TransientError while it waits to try again' 'the state of a download whose server is dead is TransientError, in words too' {
    $download = Start-OdoDownload 'http://127.0.0.1:9/dead' (FreshPath) -Asynchronous
    Until { $download.JobState -eq 'TransientError' } 'it waits to try again'
    Equal 'Transferring' $download.State 'in our words'
    Check ($download.ErrorDescription -match 'refused' -and $download.TransientErrorCount -ge 1) "'$($download.ErrorDescription)' tells why"
    $download | Remove-OdoDownload
}

Habit '-RetryTimeout 0 makes the first failure final' '-RetryTimeout 0 ends with the first failure' {
    $record = Fails 0x80072EFD 'refused' { Start-OdoDownload 'http://127.0.0.1:9/dead' (FreshPath) -RetryTimeout 0 }
    Equal 'ConnectionError' $record.CategoryInfo.Category 'category'
    $record.TargetObject | Remove-OdoDownload
}

Habit 'time left is counted from what comes now' 'after a resume the time left does not count what an earlier run has fetched' {
    $module = Get-Module OpenDO
    $left = & $module {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $null = [Threading.Thread]::CurrentThread.Join(50)
        $status = [pscustomobject] @{ State = 'Transferring'; Error = 0; Extended = 0; Part = $null }
        $download = [pscustomobject] @{ Source = 'x'; Destination = 'y'; BytesTotal = 1000; BytesTransferred = 910 }
        $run = [pscustomobject] @{ Number = 1; Since = $clock; Before = 900; Told = ''; Download = $download }
        $shown = [Collections.Generic.List[object]]::new()
        $cmdlet = [pscustomobject] @{} 
        $record = New-OdoProgress $run $status
        $record.SecondsRemaining, $clock.Elapsed.TotalSeconds
    }
    # Ten bytes came in that time, and ninety are left.
    Check ($left[0] -le 9 * $left[1] + 1) "$($left[0]) s are right after $($left[1]) s"
    Check ($left[0] -ge 0) 'it is told'
}

Habit 'files of several jobs are fetched together' 'rows of a pipeline are fetched together, and given on in the order in which they arrive' {
    Server 'hold'
    $begun = Background ('"${url}slow", "${url}small", "${url}file" | ForEach-Object { [pscustomobject] @{ Source = $_; ' +
                         'Destination = $args[2] + $_.Substring($_.LastIndexOf("/") + 1) } } | Start-OdoDownload -PassThru | ForEach-Object Source').Replace(
                         '$args[2]', "'$(FreshPath)'") @()
    Until { $begun.Run.Streams.Progress | Where-Object { $_.RecordType -eq 'Completed' -and $_.Activity -like '*file' } } 'the last row arrives while the first is held'
    Until { $begun.Run.Streams.Progress | Where-Object { $_.RecordType -eq 'Completed' -and $_.Activity -like '*small' } } 'and so does the second'
    Server 'release'
    $order = $begun.Run.EndInvoke($begun.Handle)
    Equal "${Url}slow" $order[2] 'the last to arrive'
    Equal 3 $order.Count 'all'
    $begun.Run.Runspace.Dispose()
}

Habit 'rows wait for a free place' 'not more than four rows are fetched at a time, or than -ThrottleLimit' {
    foreach ($limit in 4, 2) {
        Server 'hold'
        $arguments = ''
        if ($limit -ne 4) {
            $arguments = "-ThrottleLimit $limit"
        }
        $begun = Background ('1..6 | ForEach-Object { [pscustomobject] @{ Source = "${url}slow"; Destination = "X$_" } } | ' +
                             "Start-OdoDownload $arguments").Replace('X$_', (FreshPath) + '$_') @()
        Until { @($begun.Run.Streams.Progress | Where-Object PercentComplete -gt 0 | ForEach-Object ActivityId | Sort-Object -Unique).Count -eq $limit } "$limit are on the way"
        Equal $limit @(Get-OdoDownload).Count 'downloads'
        Server 'release'
        $null = $begun.Run.EndInvoke($begun.Handle)
        Check (-not $begun.Run.HadErrors) "it goes well: $($begun.Run.Streams.Error)"
        $begun.Run.Runspace.Dispose()
    }
}

Habit 'one job has many files' 'the sources of one call are one download with a list of files' {
    $paths = (FreshPath), (FreshPath)
    $download = Start-OdoDownload -Source "${Url}small", "${Url}file" -Destination $paths -Asynchronous -DisplayName 'two files'
    Equal 1 @($download).Count 'downloads'
    Until { $download.JobState -eq 'Transferred' } 'it arrives'
    Equal "2 2 $($contentLength + 14)" "$($download.FilesTotal) $($download.FilesTransferred) $($download.BytesTransferred)" 'files and bytes'
    $again = Get-OdoDownload 'two files'
    Equal $download.JobId $again.JobId 'the same again'
    Equal 2 $again.FileList.Count 'its files'
    Equal "${Url}file $($paths[1]) $contentLength" "$($again.FileList[1].RemoteName) $($again.FileList[1].LocalName) $($again.FileList[1].BytesTotal)" 'the second file'
    $again | Complete-OdoDownload
    Equal $contentLength (Read $paths[1]).Length 'the second file'
}

Habit 'Complete of a job with unfinished files' 'a download of which one file is missing is not completed, and stays' {
    Server 'hold'
    $paths = (FreshPath), (FreshPath)
    $download = Start-OdoDownload -Source "${Url}small", "${Url}slow" -Destination $paths -Asynchronous
    Until { $download.FilesTransferred -eq 1 } 'one arrives'
    $null = Fails 0x80D02013 'not all of its files' { $download | Complete-OdoDownload }
    $failed = $null
    $download | Complete-OdoDownload -ErrorAction SilentlyContinue -ErrorVariable failed
    Equal 1 $failed.Count 'errors'
    Check (-not [IO.File]::Exists($paths[0])) 'the first has no name yet'
    Server 'release'
    $download | Resume-OdoDownload
    Check ([IO.File]::Exists($paths[0]) -and [IO.File]::Exists($paths[1])) 'both are there in the end'
}

Habit 'Add-BitsFile adds a file to a job' 'Add-OdoFile adds a file with the settings of the download' {
    $paths = (FreshPath), (FreshPath)
    $download = Start-OdoDownload "${Url}headers" $paths[0] -Suspended -CustomHeaders 'X-One: 1' -Priority Low -Description words
    Equal 'Suspended' $download.JobState 'state'
    $same = Add-OdoFile $download "${Url}headers" $paths[1]
    Equal $download.JobId $same.JobId 'the same download'
    $download | Resume-OdoDownload
    Check ((Read $paths[0]) -match 'X-One: 1' -and (Read $paths[1]) -match 'X-One: 1') 'both have the header'
}

Habit 'a job comes to Add-BitsFile by the pipeline' 'Add-OdoFile takes a download of the pipeline, or rows' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    $download = Start-OdoDownload "${Url}small" ([IO.Path]::Combine($inside, 'first')) -Suspended
    $same = $download | Add-OdoFile -Source "${Url}file" -Destination $inside
    Equal $download.JobId $same.JobId 'output'
    [pscustomobject] @{ Source = "${Url}small"; Destination = [IO.Path]::Combine($inside, 'third') } | Add-OdoFile $download | Resume-OdoDownload
    Equal 'file first third' (Sorted ([IO.Directory]::GetFiles($inside) | ForEach-Object { [IO.Path]::GetFileName($_) })) 'files'
    $null = Fails 0x80070057 '-Source' { $download | Add-OdoFile }
}

Habit 'Set-BitsTransfer changes a job that runs' 'Set-OdoDownload changes priority, name, description, headers and policy after the start' {
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous
    Until { $download.BytesTransferred -gt 0 } 'some bytes come'
    $same = $download | Set-OdoDownload -Priority High -DisplayName other -Description 'more words' -CustomHeaders 'X-Late: 2' `
        -TransferPolicy NoSurcharge -RetryInterval 7 -RetryTimeout 77
    Equal $download.Id $same.Id 'output'
    Equal 'High other more words 7 77' ("$($download.Priority) $($download.DisplayName) $($download.Description) " +
        "$($download.RetryInterval) $($download.RetryTimeout)") 'what it shows'
    Equal 'X-Late: 2' "$($download.CustomHeaders)" 'headers'
    Equal 'NoSurcharge SystemDefault GET True' "$($download.TransferPolicy) $($download.ProxyUsage) $($download.HttpMethod) $($download.Dynamic)" 'policy and more'
    $null = Fails 0x80070057 'Start-OdoDownload' { $download | Set-OdoDownload -MaxDownloadTime 5 }
    Equal $download.Id ($download | Set-OdoDownload -Dynamic).Id 'what is always so'
    Server 'release'
    $download | Resume-OdoDownload
}

Habit 'JobState, JobId, FileList, BytesTotal, CreationTime ...' 'a download has the properties of a BitsJob, with its words' {
    Server 'hold'
    $download = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous -DisplayName 'a job' -Description d
    Until { $download.BytesTransferred -gt 0 } 'some bytes come'
    Equal "Transferring Download a job $contentLength" "$($download.JobState) $($download.TransferType) $download $($download.BytesTotal)" 'words'
    Check ($download.JobId -is [Guid]) 'JobId is a GUID'
    Equal 0 $download.Range.Count 'ranges of a whole file'
    Check ([Math]::Abs(([DateTime]::Now - $download.CreationTime).TotalMinutes) -lt 5) 'CreationTime is now'
    Check ($download.OwnerAccount.Length -gt 2) 'it has an owner'
    $null = $download | Suspend-OdoDownload
    Equal 'Suspended' $download.JobState 'after Suspend'
    $download | Remove-OdoDownload
    Equal 'Cancelled' $download.JobState 'after Remove'
    Server 'release'
}

Habit '-JobId is positional' 'Get-OdoDownload takes a GUID by position, and names with wildcards' {
    $download = Start-OdoDownload "${Url}small" (FreshPath) -Suspended -DisplayName 'odd [name]'
    Equal $download.Id (Get-OdoDownload $download.JobId).Id 'by position'
    Equal $download.Id (Get-OdoDownload -JobId $download.JobId).Id 'by name'
    Equal $download.Id ([pscustomobject] @{ JobId = $download.JobId } | Get-OdoDownload).Id 'by the pipeline'
    Equal $download.Id (Get-OdoDownload 'odd `[name`]').Id 'with escaped wildcards'
    Equal $download.Id (Get-OdoDownload 'ODD*').Id 'in any case'
    $null = Fails 0x80070057 'AllUsers' { Get-OdoDownload -AllUsers }
    $null = Fails 0x80070057 'wildcard' { Get-OdoDownload 'a[' }
    $download | Remove-OdoDownload
}

Habit 'a tab completes names' 'a tab completes -DisplayName, -Id and -JobId' {
    $download = Start-OdoDownload "${Url}small" (FreshPath) -Suspended -DisplayName 'tab me'
    foreach ($row in @('Get-OdoDownload -DisplayName ta', "'tab me'"), @('Get-OdoDownload ta', "'tab me'"),
             @("Get-OdoDownload -Id '$($download.Id.Substring(0, 9))", "'$($download.Id)'"),
             @("Get-OdoDownload -JobId $("$($download.JobId)".Substring(0, 9))", "$($download.JobId)")) {
        $line = $row[0]
        if ($Place -eq 'shared') {
            $line = $line.Replace('Get-OdoDownload', 'Get-OdoDownload -LocalServer')   # a tab sees no defaults
        }
        $found = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)
        Check (@($found.CompletionMatches | ForEach-Object CompletionText) -contains $row[1]) "'$($row[0])' gives $($row[1])"
    }
    $download | Remove-OdoDownload
}

Habit 'the destination is a path of PowerShell' 'drives of the file system work, and others are refused in words' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    $null = New-PSDrive -Name Odo -PSProvider FileSystem -Root $inside -Scope Global
    Start-OdoDownload "${Url}small" Odo:\
    Start-OdoDownload "${Url}small" Odo:\other.txt
    Equal 'other.txt small' (Sorted ([IO.Directory]::GetFiles($inside) | ForEach-Object { [IO.Path]::GetFileName($_) })) 'files'
    Remove-PSDrive Odo
    $null = Fails 0x80070057 'Registry provider' { Start-OdoDownload "${Url}small" HKCU:\small }
    $null = [IO.Directory]::CreateDirectory([IO.Path]::Combine($inside, 'below'))
    Push-Location ([IO.Path]::Combine($inside, 'below'))
    try {
        Start-OdoDownload "${Url}small?x=1"
        Start-OdoDownload "${Url}small" 'odd[1].txt'
        Start-OdoDownload "${Url}small" ..\up.txt
    } finally {
        Pop-Location
    }
    Equal 'below\odd[1].txt below\small other.txt small up.txt' (Sorted ([IO.Directory]::GetFiles($inside, '*', 'AllDirectories') |
        ForEach-Object { $_.Substring($inside.Length + 1) })) 'files by paths from where one is'
    Push-Location HKCU:\
    try {
        $null = Fails 0x80070057 'Registry provider' { Start-OdoDownload "${Url}small" }
    } finally {
        Pop-Location
    }
}

Habit 'parameters are obeyed' 'what OpenDO cannot do is refused in words, and the pipeline ends' {
    $secret = [Management.Automation.PSCredential]::new('user', [Security.SecureString]::new())
    foreach ($row in @(@{ TransferType = 'Upload' }, 'only downloads'), @(@{ HttpMethod = 'HEAD' }, 'GET'), @(@{ ProxyUsage = 'NoProxy' }, 'proxy'),
             @(@{ ProxyList = 'http://127.0.0.1:3128' }, 'proxy'), @(@{ ProxyBypass = 'a' }, 'proxy'), @(@{ ProxyCredential = $secret }, 'proxy'),
             @(@{ ProxyAuthentication = 'Basic' }, 'proxy'), @(@{ Credential = $secret }, '-Authentication Basic'),
             @(@{ Credential = $secret; Authentication = 'Ntlm' }, '-Authentication Basic'), @(@{ Authentication = 'Basic' }, '-Credential'),
             @(@{ NotifyFlags = 'JobError' }, 'notifications'), @(@{ NotifyCmdLine = 'a.exe' }, 'program'), @(@{ ACLFlags = 'Owner' }, 'rights'),
             @(@{ UseStoredCredential = 'Server' }, 'store'), @(@{ CustomHeadersWriteOnly = $true }, 'headers'),
             @(@{ CertSubjectName = 'a'; CertHash = [byte[]] (1, 2) }, 'not by both'), @(@{ CertSubjectName = 'a'; CertStoreLocation = 'Users' }, 'LocalMachine'),
             @(@{ CertHash = [byte[]] (1, 2) }, '20 bytes'), @(@{ CertStoreName = 'MY' }, '-CertHash'), @(@{ TransferPolicy = 'Capped' }, 'Capped'),
             @(@{ SecurityFlags = 'RedirectPolicyDisallow' }, 'RedirectPolicyDisallow'), @(@{ MaxDownloadTime = 5; Asynchronous = $true }, 'MaxDownloadTime')) {
        $arguments = $row[0]
        $null = Fails 0x80070057 $row[1] { Start-OdoDownload "${Url}small" (FreshPath) @arguments }
    }
    $arguments = @{ TransferType = 'Download'; HttpMethod = 'GET'; ProxyUsage = 'SystemDefault'; UseStoredCredential = 'None'; Dynamic = $true
                    TransferPolicy = 'Always'; MaxDownloadTime = 60; RetryInterval = 5; RetryTimeout = 60; SecurityFlags = 'RedirectPolicyAllowSilent, IgnoreUnknownCA' }
    $path = FreshPath
    Start-OdoDownload "${Url}small" $path @arguments
    Equal "not very much`n" (Read $path) 'with those that it can'
}

Habit '-Credential with -Authentication Basic logs in' 'a credential is sent when the server asks for it' {
    $secret = [Security.SecureString]::new()
    'open sesame'.ToCharArray() | ForEach-Object { $secret.AppendChar($_) }
    $path = FreshPath
    $credential = [Management.Automation.PSCredential]::new('ali', $secret)
    Start-OdoDownload "${Url}login" $path -Credential $credential -Authentication Basic
    Equal 'come in' (Read $path) 'content'
}

Habit '-MaxDownloadTime ends a job' '-MaxDownloadTime ends it, and it can be resumed' {
    Server 'hold'
    $path = FreshPath
    $record = Fails 0x800705B4 'MaxDownloadTime' { Start-OdoDownload "${Url}slow" $path -MaxDownloadTime 1 }
    Server 'release'
    Equal 'Suspended' $record.TargetObject.JobState 'state'
    $record.TargetObject | Resume-OdoDownload
    Equal (Content 0 $contentLength) (Read $path) 'content'
}

Habit 'a job survives the shell' 'what happens when the shell ends is told' {
    $path = FreshPath
    $said = Start-OdoDownload "${Url}small" $path -Asynchronous -Verbose 4>&1
    $words = 'ends with this shell'
    if ($Place -eq 'shared') {
        $words = 'goes on when this shell has ended'
    }
    Check ("$said" -match $words) "'$said' says it"
    $said[-1] | Remove-OdoDownload
    $said = Start-OdoDownload "${Url}small" $path -Asynchronous -KeepAfterExit -Verbose 4>&1
    Check ($Place -eq 'shared' -or "$said" -match 'stands still') "'$said' says it"
    Get-OdoDownload | Remove-OdoDownload
}

Habit 'a job goes on when the shell has ended' 'with -LocalServer a download goes on when the shell has ended, and another one completes it' {
    Server 'hold'
    $path = FreshPath
    $name = "left behind $([Guid]::NewGuid())"
    $script = (FreshPath) + '.ps1'
    [IO.File]::WriteAllLines($script, [string[]] ("Import-Module '$([IO.Path]::Combine($PSScriptRoot, 'OpenDO'))'",
        "`$null = Start-OdoDownload '${Url}slow' '$path' -Asynchronous -LocalServer -DisplayName '$name'"))
    $shell = [Diagnostics.Process]::Start([Diagnostics.Process]::GetCurrentProcess().MainModule.FileName, "`"$script`"")
    Check ($shell.WaitForExit(1000 * $deadline)) 'the other shell ends'
    Equal 0 $shell.ExitCode 'how it ends'
    $download = Get-OdoDownload $name -LocalServer
    Equal 1 @($download).Count 'downloads of this name'
    Until { $download.BytesTransferred -gt 0 } 'bytes come'
    Server 'release'
    Until { $download.JobState -eq 'Transferred' } 'it arrives'
    $download | Complete-OdoDownload
    Equal (Content 0 $contentLength) (Read $path) 'content'
    [IO.File]::Delete($script)
}

Habit 'two sources to one file' 'a second row for the same file is an error of that row' {
    $path = FreshPath
    $failed = $null
    [pscustomobject] @{ Source = "${Url}small"; Destination = $path }, [pscustomobject] @{ Source = "${Url}file"; Destination = $path.ToUpper() } |
        Start-OdoDownload -ErrorAction SilentlyContinue -ErrorVariable failed
    Equal "not very much`n" (Read $path) 'the first'
    Check ($failed[0].Exception.Message -match 'another source') "'$($failed[0])' says it"
}

# --- How it looks ----------------------------------------------------------------------------

Test 'a download is shown as a line of a table' {
    $path = FreshPath
    $download = Start-OdoDownload "${Url}file" $path -Asynchronous -DisplayName 'in a table'
    Check ($download.ComObject.Wait($deadline)) 'it arrives'
    $shown = Shown { $download }
    Check ($shown -match 'JobState +Done +Bytes +DisplayName +Destination') "'$shown' has these columns"
    Check ($shown -match "Transferred +100% +1,000,000 +in a table +\S") "'$shown' has this line"
    $shown = Shown { $download | Format-List }
    Check ($shown -match "(?s)JobId +: \S+.*DisplayName +: in a table.*JobState +: Transferred.*FilesTotal +: 1.*CreationTime +: \S.*Source +: ") "'$shown' is the list"
    $download | Stop-OdoDownload
}

# --- The examples of the help ----------------------------------------------------------------

Test 'every example of the help does what it says' {
    $inside = FreshPath
    $null = [IO.Directory]::CreateDirectory($inside)
    $at = { [IO.Path]::Combine($inside, $args[0]) }
    [IO.File]::WriteAllLines((& $at list.csv), [string[]] ('Source,Destination', "${Url}small,$(& $at good)", "${Url}missing,$(& $at bad)"))
    # $arrived has arrived, and $running is held by the server; $said is what the example gives.
    $holds = @{
        'Start-OdoDownload 1' = { (Read (& $at image.iso)) -ceq (Content 0 $contentLength) }
        'Start-OdoDownload 2' = { (Read (& $at parts.bin)) -ceq (Content 4096 100) + (Content 0 16) + (Content 8192 ($contentLength - 8192)) }
        'Start-OdoDownload 3' = { "$said" -in 'Connecting', 'Transferring', 'Transferred' }
        'Start-OdoDownload 4' = { [IO.File]::Exists((& $at good)) -and 'Error' -in (Get-OdoDownload).JobState }
        'Add-OdoFile 1' = { (Read (& $at 1.iso)) -ceq (Read (& $at 2.iso)) }
        'Get-OdoDownload 1' = { @($said).Count -eq 2 }
        'Get-OdoDownload 2' = { $said.DisplayName -eq 'tonight 1' -and $running.JobState -eq 'Suspended' }
        'Set-OdoDownload 1' = { "$($said.Priority)" -eq 'Low Low' }
        'Suspend-OdoDownload 1' = { $running.JobState -eq 'Suspended' }
        'Resume-OdoDownload 1' = { $running.JobState -eq 'Acknowledged' -and $arrived.JobState -eq 'Acknowledged' }
        'Complete-OdoDownload 1' = { $arrived.JobState -eq 'Acknowledged' -and $running.JobState -ne 'Acknowledged' }
        'Remove-OdoDownload 1' = { @(Get-OdoDownload).Count -eq 0 }
    }
    $count = 0
    foreach ($name in $commands) {
        $number = 0
        foreach ($example in (Get-Command $name).ScriptBlock.Ast.GetHelpContent().Examples) {
            $number++
            $code = ($example.Trim() -split '\r?\n\s*\r?\n')[0].Replace('http://127.0.0.1:8080/image.iso', "${Url}file").Replace('C:\downloads', $inside)
            $check = $holds["$name $number"]
            Check ($null -ne $check) "'$code' is known to the tests"
            Server 'hold'
            $running = Start-OdoDownload "${Url}slow" (FreshPath) -Asynchronous -DisplayName 'tonight 1'
            $arrived = Start-OdoDownload "${Url}small" (FreshPath) -Asynchronous
            Until { $arrived.JobState -eq 'Transferred' -and $running.BytesTransferred -gt 0 } 'some bytes come'
            if ($name -in 'Start-OdoDownload', 'Add-OdoFile', 'Resume-OdoDownload') {
                Server 'release'
            }
            $global:ErrorActionPreference = 'Continue'
            $said = . ([scriptblock]::Create($code)) 2>$null
            $global:ErrorActionPreference = 'Stop'
            Check (& $check) "'$code' does what it says"
            Get-OdoDownload | Remove-OdoDownload
            $count++
        }
    }
    Server 'release'
    Equal $holds.Count $count 'examples'
    $script = [IO.Path]::Combine($PSScriptRoot, 'get-ranges.ps1')
    $code = ((Get-Command $script).ScriptBlock.Ast.GetHelpContent().Examples[0].Trim()).Replace('http://127.0.0.1:8080/image.iso', "${Url}file")
    $null = . ([scriptblock]::Create($code.Replace('./get-ranges.ps1', "& '$script'").Replace('C:\parts.bin', (& $at own.bin))))
    Equal ((Content 4096 100) + (Content 0 16) + (Content 8192 ($contentLength - 8192))) (Read (& $at own.bin)) 'of the script without the module'
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
