<#
.SYNOPSIS
Tries OpenDO on this Windows, beside Windows' own services, and writes what happened to one text file.

.DESCRIPTION
Meant for a virtual machine or Windows Sandbox, since it registers classes and runs programs. It
registers the DLL for the present user, runs the programs and scripts of the README against a small
web server of its own on 127.0.0.1, runs the tests that lie beside it, asks Windows' Delivery
Optimization and BITS for the same, takes the registration away again, and looks that nothing of it
is left. No administrator is needed but for some of the tests, which are skipped otherwise, and
nothing is fetched from elsewhere. Please send the report back: it names no user and no machine.

tools/windows/bundle lays out the folder that this script belongs into.

.PARAMETER Folder
What was laid out: bin, and where they are there programs, scripts, OpenDO and tests.

.PARAMETER Report
The text file.

.PARAMETER AllUsers
Register for all users, which needs an administrator; and the way under Wine, which does not look at
what is registered for one.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File verify.ps1
#>
param(
    [string] $Folder = $PSScriptRoot,
    [string] $Report = '',
    [switch] $AllUsers
)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

# Only what every PowerShell has without a module, so that nothing but .NET is asked for.
$Folder = [IO.Path]::GetFullPath($Folder)
if (-not $Report) { $Report = [IO.Path]::Combine($Folder, 'opendo-report.txt') }
$work = [IO.Path]::Combine([IO.Path]::GetTempPath(), 'opendo-' + [Guid]::NewGuid().ToString('N'))
[void][IO.Directory]::CreateDirectory($work)
$dll = [IO.Path]::Combine($Folder, 'bin\dosvc.dll')
$odo = [IO.Path]::Combine($Folder, 'bin\odo.exe')
$productKey = 'Software\Classes\CLSID\{7E4F9C62-3B1D-4E5A-9A55-0D0C1B6E2F31}'
$lines = [Collections.Generic.List[string]]::new()
$counts = @{ passed = 0; FAILED = 0; skipped = 0 }

# --- The report -------------------------------------------------------------------------------

function Add-Line([string] $text) {
    foreach ($secret in @($work, '<work>'), @($Folder, '<folder>'),
                        @([Environment]::GetFolderPath('UserProfile'), '<user>'),
                        @([Environment]::UserName, '<user>'),
                        @([Environment]::MachineName, '<machine>')) {
        if ($secret[0].Length -gt 3) {
            $text = [regex]::Replace($text, [regex]::Escape($secret[0]), $secret[1], 'IgnoreCase')
        }
    }
    $lines.Add($text)
    [Console]::WriteLine($text)
}

# Runs the block. What it returns is said beside its name; what it throws is a failure, and
# 'SKIPPED: why' is what cannot be tried here.
function Test-That([string] $name, [scriptblock] $block) {
    $detail = ''
    try {
        $detail = "$(& $block)"
        $outcome = if ($detail.StartsWith('SKIPPED: ')) { 'skipped' } else { 'passed' }
    } catch {
        $outcome = 'FAILED'
        $detail = "$($_.Exception.Message)"
    }
    $counts[$outcome]++
    Add-Line ('{0,-8} {1}{2}' -f $outcome, $name, $(if ($detail) { ": $detail" } else { '' }))
}

function Assert-That([bool] $condition, [string] $otherwise) {
    if (-not $condition) { throw $otherwise }
}

# --- Programs ---------------------------------------------------------------------------------

# Runs a program to its end. What a server that it started still holds open is not waited for.
function Invoke-Program([string] $program, [string[]] $arguments, [int] $seconds = 120) {
    $start = [Diagnostics.ProcessStartInfo]::new($program)
    $start.Arguments = ($arguments | ForEach-Object { '"' + $_ + '"' }) -join ' '
    $start.UseShellExecute = $false
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.WorkingDirectory = $work
    $process = [Diagnostics.Process]::Start($start)
    $output = [Collections.Generic.List[string]]::new()
    $readers = @($process.StandardOutput, $process.StandardError)
    $pending = @($readers[0].ReadLineAsync(), $readers[1].ReadLineAsync())
    $deadline = [DateTime]::UtcNow.AddSeconds($seconds)
    $quiet = 0
    while ($quiet -lt 10) {
        $moved = $false
        foreach ($i in 0, 1) {
            if ($pending[$i] -and $pending[$i].IsCompleted) {
                $line = $pending[$i].Result
                $pending[$i] = $null
                $moved = $true
                if ($null -ne $line) {
                    $output.Add($line)
                    $pending[$i] = $readers[$i].ReadLineAsync()
                }
            }
        }
        if ($moved) { continue }
        if (-not ($pending[0] -or $pending[1])) { break }
        if ([DateTime]::UtcNow -gt $deadline) {
            if (-not $process.HasExited) { $process.Kill() }
            return @{ Code = "none, it did not end within $seconds s"; Output = $output }
        }
        if ($process.HasExited) { $quiet++ }
        [Threading.Thread]::Sleep(20)
    }
    $process.WaitForExit()
    return @{ Code = $process.ExitCode; Output = $output }
}

function Get-LastLine($result) {
    $said = @($result.Output | Where-Object { $_.Trim() })
    if ($said.Count) { $said[-1].Trim() } else { '' }
}

function Assert-Success($result) {
    Assert-That ($result.Code -eq 0) "exit code $($result.Code): $(Get-LastLine $result)"
}

# --- A web server, and what is right ------------------------------------------------------------

$content = [byte[]]::new(3MB)
[Random]::new(20).NextBytes($content)

$serve = {
    param($listener, $content)
    while ($true) {
        try { $client = $listener.AcceptTcpClient() } catch { return }
        try {
            $client.ReceiveTimeout = 10000
            $client.SendTimeout = 10000
            $stream = $client.GetStream()
            $request = ''
            $buffer = [byte[]]::new(16384)
            while (-not $request.Contains("`r`n`r`n")) {
                $count = $stream.Read($buffer, 0, $buffer.Length)
                if ($count -le 0) { break }
                $request += [Text.Encoding]::ASCII.GetString($buffer, 0, $count)
            }
            $first = 0
            $last = $content.Length - 1
            $status = '200 OK'
            $more = ''
            if ($request -notmatch '^(GET|HEAD) /file ') {
                $status = '404 Not Found'
                $last = -1
            } elseif ($request -match '(?im)^Range: bytes=(\d+)-(\d*)\s*$') {
                $first = [long]$Matches[1]
                if ($Matches[2]) { $last = [Math]::Min($last, [long]$Matches[2]) }
                if ($first -gt $last) {
                    $status = '416 Range Not Satisfiable'
                    $more = "Content-Range: bytes */$($content.Length)`r`n"
                    $first = 0
                    $last = -1
                } else {
                    $status = '206 Partial Content'
                    $more = "Content-Range: bytes $first-$last/$($content.Length)`r`n"
                }
            }
            $length = $last - $first + 1
            $head = "HTTP/1.1 $status`r`nContent-Length: $length`r`nAccept-Ranges: bytes`r`n" +
                "ETag: `"one`"`r`nLast-Modified: Fri, 02 Jan 2026 03:04:05 GMT`r`n" +
                "Connection: close`r`n$more`r`n"
            $bytes = [Text.Encoding]::ASCII.GetBytes($head)
            $stream.Write($bytes, 0, $bytes.Length)
            if ($length -gt 0 -and -not $request.StartsWith('HEAD')) {
                $stream.Write($content, $first, $length)
            }
        } catch {
            # The client is gone; the next one matters.
        } finally {
            $client.Close()
        }
    }
}

# The bytes of the content that these pairs of first and last name, in that order.
function Get-Wanted([object[]] $ranges) {
    $stream = [IO.MemoryStream]::new()
    foreach ($range in $ranges) {
        $stream.Write($content, $range[0], $range[1] - $range[0] + 1)
    }
    return Get-Hash $stream.ToArray()
}

function Get-Hash([byte[]] $bytes) {
    $sha = [Security.Cryptography.SHA256]::Create()
    return [BitConverter]::ToString($sha.ComputeHash($bytes)).Replace('-', '').Substring(0, 16)
}

function Get-FileHashOf([string] $path) {
    if ([IO.File]::Exists($path)) { Get-Hash ([IO.File]::ReadAllBytes($path)) } else { 'no file' }
}

$end = $content.Length - 1
$threeRanges = @(@(4096, 4195), @(0, 15), @(8192, $end))
$scriptRanges = @(@(0, 99), @(4096, $end))

# --- The registry -------------------------------------------------------------------------------

function Test-Registered {
    $root = if ($AllUsers) { [Microsoft.Win32.Registry]::LocalMachine }
            else { [Microsoft.Win32.Registry]::CurrentUser }
    $key = $root.OpenSubKey($productKey + '\InprocServer32')
    if (-not $key) { return $false }
    $path = "$($key.GetValue(''))"
    $key.Close()
    return $path -eq $dll
}

function Invoke-Regsvr32([string[]] $words) {
    $arguments = @('/s') + $words
    if (-not $AllUsers) { $arguments += '/n', '/i:user' }
    $result = Invoke-Program 'regsvr32.exe' ($arguments + $dll)
    Assert-Success $result
}

# --- What is tried ------------------------------------------------------------------------------

function Test-Download([string] $name, [string] $program, [string[]] $before, [object[]] $ranges) {
    Test-That $name {
        if ($program.Contains('\') -and -not [IO.File]::Exists($program)) {
            return "SKIPPED: it was not laid out"
        }
        $target = [IO.Path]::Combine($work, [Guid]::NewGuid().ToString('N') + '.bin')
        $result = Invoke-Program $program ($before + @($url, $target))
        Assert-Success $result
        $hash = Get-FileHashOf $target
        Assert-That ($hash -eq (Get-Wanted $ranges)) "wrong bytes: $hash"
    }
}

# The same question to two servers of the interfaces. That they differ is no failure: it is what
# this report is for.
function Compare-Servers([string] $name, [string] $path, [string[]] $ranges) {
    $answers = foreach ($class in 'opendo', 'windows') {
        $target = [IO.Path]::Combine($work, [Guid]::NewGuid().ToString('N') + '.bin')
        $arguments = @('get', "http://127.0.0.1:$port/$path", '-o', $target)
        foreach ($range in $ranges) { $arguments += '-r', $range }
        if ($class -eq 'windows') { $arguments += '--clsid', 'windows' }
        $result = Invoke-Program $odo $arguments 60
        "exit $($result.Code), $(Get-FileHashOf $target), $(Get-LastLine $result)"
    }
    $same = ($answers[0] -split ',')[0..1] -join ',' -eq (($answers[1] -split ',')[0..1] -join ',')
    Add-Line ('{0,-8} {1}' -f $(if ($same) { 'same' } else { 'DIFFERS' }), $name)
    Add-Line "           OpenDO:  $($answers[0])"
    Add-Line "           Windows: $($answers[1])"
}

function Invoke-TestProgram([string] $path) {
    Test-That ([IO.Path]::GetFileNameWithoutExtension($path)) {
        $store = [IO.Path]::Combine($work, [Guid]::NewGuid().ToString('N'))
        [void][IO.Directory]::CreateDirectory($store)
        [Environment]::SetEnvironmentVariable('OPENDO_STORE', $store)
        $result = Invoke-Program $path @() 600
        [Environment]::SetEnvironmentVariable('OPENDO_STORE', $null)
        if ($result.Code -eq 77) { return "SKIPPED: $(Get-LastLine $result)" }
        $failed = @($result.Output | Where-Object { $_ -match '^\[  (ERROR|FAILED)|^\[   LINE' })
        Assert-That ($result.Code -eq 0) ("exit code $($result.Code): " + ($failed -join ' | '))
        $passed = @($result.Output | Where-Object { $_ -match '^\[  PASSED  \] (\d+)' })
        if ($passed.Count) { $passed[-1].Substring(13) }
    }
}

# --- All of it ----------------------------------------------------------------------------------

$listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
$server = $null
try {
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $url = "http://127.0.0.1:$port/file"
    $server = [PowerShell]::Create().AddScript($serve).AddArgument($listener).AddArgument($content)
    [void]$server.BeginInvoke()

    $version = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey(
        'SOFTWARE\Microsoft\Windows NT\CurrentVersion')
    Add-Line "OpenDO on Windows: a report of $([DateTime]::UtcNow.ToString('yyyy-MM-dd HH:mm'))Z"
    Add-Line ('Windows:    {0}, {1}, build {2}.{3}' -f $version.GetValue('ProductName'),
              [Environment]::OSVersion.Version, $version.GetValue('CurrentBuild'),
              $version.GetValue('UBR'))
    Add-Line "PowerShell: $($PSVersionTable.PSVersion), $([IntPtr]::Size * 8) bits"
    $service = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey(
        'SYSTEM\CurrentControlSet\Services\DoSvc')
    Add-Line "Windows' DO: $(if ($service) { 'there' } else { 'not there' })"
    Add-Line "dosvc.dll:  SHA-256 $(Get-FileHashOf $dll)..."
    Add-Line ''

    Add-Line 'Registering'
    Test-That 'nobody has registered it before' {
        Assert-That (-not (Test-Registered)) 'this DLL is registered already'
    }
    Test-That 'regsvr32 registers it' {
        Invoke-Regsvr32 @()
        Assert-That (Test-Registered) 'its class does not lead to it'
    }

    Add-Line ''
    Add-Line "The programs and scripts of the README"
    $programs = [IO.Path]::Combine($Folder, 'programs')
    $scripts = [IO.Path]::Combine($Folder, 'scripts')
    foreach ($name in 'get_ranges', 'get_ranges_cpp') {
        Test-Download "$name.exe" ([IO.Path]::Combine($programs, "$name.exe")) @() $threeRanges
    }
    foreach ($name in 'get.js', 'get.vbs') {
        $script = [IO.Path]::Combine($scripts, $name)
        if ([IO.File]::Exists($script)) {
            Test-Download $name 'cscript.exe' @('//nologo', $script) $scriptRanges
        } else {
            Test-That $name { 'SKIPPED: it was not laid out' }
        }
    }
    Test-That 'the PowerShell module' {
        $module = [IO.Path]::Combine($Folder, 'OpenDO')
        if (-not [IO.Directory]::Exists($module)) { return 'SKIPPED: it was not laid out' }
        $target = [IO.Path]::Combine($work, 'module.bin')
        Import-Module $module
        [void](Start-OdoDownload $url $target -Range '4096-4195', '0-15', '8192-')
        $hash = Get-FileHashOf $target
        Assert-That ($hash -eq (Get-Wanted $threeRanges)) "wrong bytes: $hash"
    }
    Test-That "odo.exe, and the file's time is the server's" {
        $target = [IO.Path]::Combine($work, 'odo.bin')
        Assert-Success (Invoke-Program $odo @('get', $url, '-o', $target))
        Assert-That ((Get-FileHashOf $target) -eq (Get-Hash $content)) 'wrong bytes'
        $time = [IO.File]::GetLastWriteTimeUtc($target).ToString('yyyy-MM-dd HH:mm:ss')
        Assert-That ($time -eq '2026-01-02 03:04:05') "its time is $time"
    }

    Add-Line ''
    Add-Line 'The tests'
    [Environment]::SetEnvironmentVariable('ODO_DLL', $dll)
    [Environment]::SetEnvironmentVariable('ODO_PROGRAM', $odo)
    [Environment]::SetEnvironmentVariable('ODO_TEST_CORPUS', [IO.Path]::Combine($Folder, 'corpus'))
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $isAdmin = [Security.Principal.WindowsPrincipal]::new($identity).IsInRole(
        [Security.Principal.WindowsBuiltInRole]::Administrator)
    foreach ($place in 'tests', 'tests-admin') {
        $tests = [IO.Path]::Combine($Folder, $place)
        if (-not [IO.Directory]::Exists($tests)) {
            Test-That $place { 'SKIPPED: they were not laid out' }
        } elseif ($place -eq 'tests-admin' -and -not $isAdmin) {
            Test-That $place { 'SKIPPED: they register for all users; run this as an administrator' }
        } else {
            foreach ($path in [IO.Directory]::GetFiles($tests, 'test_*.exe')) {
                Invoke-TestProgram $path
            }
        }
    }

    Add-Line ''
    Add-Line "Windows' own services, asked the same"
    if ($service) {
        Compare-Servers 'the whole file' 'file' @()
        Compare-Servers 'three ranges, out of order' 'file' @('4096-4195', '0-15', '8192-')
        Compare-Servers 'two that touch' 'file' @('0-99', '100-199')
        Compare-Servers 'two that overlap' 'file' @('0-99', '50-149')
        Compare-Servers 'a range past the end' 'file' @('3145728-3145800')
        Compare-Servers 'a file that is not there' 'missing' @()
    } else {
        Test-That 'Delivery Optimization' { 'SKIPPED: this Windows has no such service' }
    }
    Test-That 'BITS fetches the same file' {
        if (-not (Get-Command Start-BitsTransfer -ErrorAction SilentlyContinue)) {
            return 'SKIPPED: there is no Start-BitsTransfer'
        }
        $target = [IO.Path]::Combine($work, 'bits.bin')
        Start-BitsTransfer -Source $url -Destination $target
        Assert-That ((Get-FileHashOf $target) -eq (Get-Hash $content)) 'wrong bytes'
    }

    Add-Line ''
    Add-Line 'Taking it away'
    Test-That 'regsvr32 /u takes away what it registered' {
        Invoke-Regsvr32 @('/u')
        Assert-That (-not (Test-Registered)) 'its class is still there'
    }
} catch {
    Add-Line "FAILED   this script itself: $($_.Exception.Message) $($_.ScriptStackTrace)"
    $counts['FAILED']++
} finally {
    $listener.Stop()
    if ($server) { [void]$server.BeginStop($null, $null) }
    try { [IO.Directory]::Delete($work, $true) } catch { } # what is still open stays
    Add-Line ''
    Add-Line "$($counts['passed']) passed, $($counts['FAILED']) failed, $($counts['skipped']) skipped"
    [IO.File]::WriteAllLines($Report, $lines)
}
exit $(if ($counts['FAILED']) { 1 } else { 0 })
