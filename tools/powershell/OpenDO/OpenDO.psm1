# Downloads by OpenDO, with the habits of the BITS module: whole files or chosen byte ranges of
# them. A module over the COM class OpenDO.Downloads, which regsvr32 dosvc.dll registers.
#
# It uses the engine's core cmdlets only, so that it also runs where PowerShell's own modules are
# not installed, and nothing that Windows PowerShell 5.1 does not know.

Set-StrictMode -Version 3.0

$ProgId = 'OpenDO.Downloads'

# The server, made when it is first needed. Do not return it from a function: it is a collection,
# and PowerShell would unroll it.
$script:Server = $null

# What kind of error some codes are, for those who handle errors by kind.
$Categories = @{
    0x80070057 = 'InvalidArgument'    # E_INVALIDARG
    0x800C0002 = 'InvalidArgument'    # INET_E_INVALID_URL
    0x80D05010 = 'InvalidArgument'    # DO_E_INVALID_RANGE
    0x80D05012 = 'InvalidArgument'    # DO_E_OVERLAPPING_RANGES
    0x80D02013 = 'InvalidOperation'   # DO_E_INVALID_STATE
    0x80D02003 = 'ObjectNotFound'     # DO_E_JOB_NOT_FOUND
    0x80070005 = 'PermissionDenied'   # E_ACCESSDENIED
    0x80D02002 = 'OperationTimeout'   # DO_E_DOWNLOAD_NO_PROGRESS
    0x80D05011 = 'NotImplemented'     # DO_E_INSUFFICIENT_RANGE_SUPPORT
    0x80040154 = 'NotInstalled'       # REGDB_E_CLASSNOTREG
}

# An error record from a code and its words: "Cannot start ...: the ranges overlap (0x80D05012)".
function New-OdoErrorRecord {
    param([string] $What, [int] $Code, [string] $Words, [object] $Target)

    $number = '0x{0:X8}' -f $Code
    $category = $Categories[$Code]
    if (-not $category) {
        $category = 'NotSpecified'
        if (($Code -band 0x1FFF0000) -eq 0x00190000) {
            $category = 'ConnectionError'   # a status of HTTP
        }
    }
    $Words = $Words.Trim().TrimEnd('.')
    if (-not $Words -or $Words -match $number) {
        $message = "${What}: $($Words -replace "\s*\(?$number\)?", '') ($number)"
    } else {
        $message = "${What}: $Words ($number)"
    }
    $exception = [System.Runtime.InteropServices.COMException]::new($message, $Code)
    [System.Management.Automation.ErrorRecord]::new($exception, "OpenDO.$number", $category,
                                                    $Target)
}

# The same from what a call of the server threw.
function ConvertTo-OdoErrorRecord {
    param([string] $What, [System.Exception] $Exception, [object] $Target)

    $Exception = $Exception.GetBaseException()
    New-OdoErrorRecord $What $Exception.HResult $Exception.Message $Target
}

function Connect-OdoServer {
    param([System.Management.Automation.PSCmdlet] $Cmdlet)

    if ($null -ne $script:Server) {
        return
    }
    try {
        $type = [Type]::GetTypeFromProgID($ProgId)
        if ($null -eq $type) {
            throw [System.Runtime.InteropServices.COMException]::new(
                'the class is not registered; regsvr32 dosvc.dll registers it', 0x80040154)
        }
        $script:Server = [Activator]::CreateInstance($type)
    } catch {
        $Cmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord "Cannot reach $ProgId" `
                                                                $_.Exception $ProgId))
    }
}

# What the cmdlets hand around. OpenDO.Types.ps1xml gives it its properties.
function New-OdoDownload {
    param([object] $ComObject)

    [pscustomobject] @{ PSTypeName = 'OpenDO.Download'; ComObject = $ComObject }
}

# Call a method of a download; a failure ends the cmdlet.
function Invoke-OdoDownload {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Download, [string] $Method)

    try {
        $com = $Download.ComObject
        switch ($Method) {
            'Start' { $null = $com.Start() }
            'Pause' { $null = $com.Pause() }
            'Resume' { $null = $com.Resume() }
            'Finalize' { $null = $com.Finalize() }
            'Cancel' { $null = $com.Cancel() }
        }
    } catch {
        $verb = @{ Start = 'start'; Pause = 'suspend'; Resume = 'resume'; Finalize = 'complete'
                   Cancel = 'stop' }[$Method]
        $what = "Cannot $verb the download of $($Download.Source)"
        $Cmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord $what $_.Exception $Download))
    }
}

function Write-OdoProgress {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Download, [int] $Number,
          [System.Diagnostics.Stopwatch] $Clock, [switch] $Completed)

    $done = $Download.BytesTransferred
    $total = $Download.BytesTotal
    $status = '{0:N0} bytes' -f $done
    if ($total -gt 0) {
        $status = '{0:N0} of {1:N0} bytes' -f $done, $total
    }
    $record = [System.Management.Automation.ProgressRecord]::new(
        $Number, "Downloading $($Download.Source)", $status)
    if ($total -gt 0) {
        $record.PercentComplete = [int] [Math]::Floor(100 * $done / $total)
        if ($done -gt 0) {
            $seconds = $Clock.Elapsed.TotalSeconds * ($total - $done) / $done
            $record.SecondsRemaining = [int] [Math]::Min($seconds, [int]::MaxValue)
        }
    }
    $record.CurrentOperation = $Download.Destination
    if ($Completed) {
        $record.RecordType = [System.Management.Automation.ProgressRecordType]::Completed
    }
    $Cmdlet.WriteProgress($record)
}

# Wait until all have arrived and complete them. If one fails, or the user interrupts, those that
# have not ended are stopped: nothing is left.
function Wait-OdoDownload {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject[]] $Download)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $good = $false
    try {
        $number = 0
        foreach ($one in $Download) {
            $number++
            while (-not $one.ComObject.Wait(0.2)) {
                Write-OdoProgress $Cmdlet $one $number $clock
                $state = $one.State
                if ($state -eq 'Paused' -or $state -eq 'Aborted') {
                    $words = $one.ComObject.ErrorText
                    $code = $one.ComObject.Error
                    if ($code -eq 0) {
                        $code = 0x800704C7   # ERROR_CANCELLED
                        $words = "it is $($state.ToLowerInvariant())"
                    }
                    $Cmdlet.ThrowTerminatingError((New-OdoErrorRecord `
                        "Cannot download $($one.Source)" $code $words $one.Source))
                }
            }
            Write-OdoProgress $Cmdlet $one $number $clock -Completed
        }
        foreach ($one in $Download) {
            Invoke-OdoDownload $Cmdlet $one 'Finalize'
        }
        $good = $true
    } finally {
        if (-not $good) {
            Stop-OdoUnfinished $Download
        }
    }
}

# For the way out of a failure: it never fails itself.
function Stop-OdoUnfinished {
    param([psobject[]] $Download)

    foreach ($one in $Download) {
        try {
            if ($one.State -ne 'Finalized' -and $one.State -ne 'Aborted') {
                $null = $one.ComObject.Cancel()
            }
        } catch {
            $null = $_   # what led here is told, and is more useful
        }
    }
}

# Where a source goes to: an absolute path of a file.
function Resolve-OdoDestination {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Source,
          [string] $Destination)

    $path = $Cmdlet.GetUnresolvedProviderPathFromPSPath($Destination)
    if ([System.IO.Directory]::Exists($path) -or $Destination -match '[\\/]$') {
        $name = ($Source -replace '[?#].*$', '') -replace '^.*/', ''
        $path = [System.IO.Path]::Combine($path, [Uri]::UnescapeDataString($name))
    }
    $path
}

function Start-OdoDownload {
    <#
    .SYNOPSIS
    Downloads files, or byte ranges of them.

    .DESCRIPTION
    Downloads each source to its destination. It shows the progress and returns when the files
    are there; if one fails, or on Ctrl+C, nothing is left. With -Asynchronous it returns at once
    and gives downloads to watch: wait until their State is Transferred, then pass them to
    Complete-OdoDownload, which gives the files their names.

    A failure is a terminating error. Its message ends with the HRESULT, which is also in
    $_.Exception.HResult.

    .PARAMETER Source
    The URL of each file, http or https.

    .PARAMETER Destination
    The path of each file, or one folder for all of them, which take the names at the ends of their
    URLs. An existing file is replaced. By default it is the current folder.

    .PARAMETER Range
    Byte ranges such as '0-99' (the first hundred bytes) and '500-' (all from byte 500 on). They
    land in the file one behind the other, in the order given. Without it the whole file is
    downloaded.

    .PARAMETER DisplayName
    A name to find the downloads by.

    .PARAMETER Priority
    Foreground (the default) takes what bandwidth there is. High, Normal and Low, which BITS tells
    apart, all mean in the background.

    .PARAMETER CustomHeaders
    Lines such as 'X-Token: abc' to send with each request.

    .PARAMETER Asynchronous
    Return at once and give the downloads.

    .PARAMETER KeepAfterExit
    The downloads survive this process: Get-OdoDownload finds them in another one, where
    Resume-OdoDownload goes on with them. Only with -Asynchronous.

    .INPUTS
    Objects with properties Source, Destination and Range, such as the lines of a CSV file.

    .OUTPUTS
    OpenDO.Download with -Asynchronous, else nothing.

    .EXAMPLE
    Start-OdoDownload http://127.0.0.1:8080/image.iso C:\image.iso

    Downloads a file.

    .EXAMPLE
    Start-OdoDownload http://127.0.0.1:8080/image.iso C:\parts.bin -Range '4096-4195', '0-15', '8192-'

    Writes bytes 4096 to 4195, then the first 16, then everything from 8192 on.

    .EXAMPLE
    $download = Start-OdoDownload http://127.0.0.1:8080/image.iso C:\image.iso -Asynchronous -Priority Low

    Starts in the background. $download shows how far it has come.

    .EXAMPLE
    Import-Csv list.csv | Start-OdoDownload

    Downloads the files of a list with the columns Source and Destination.

    .LINK
    Complete-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true,
                   ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Url', 'Uri')]
        [string[]] $Source,

        [Parameter(Position = 1, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Path', 'OutFile')]
        [string[]] $Destination = '.',

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidatePattern('^\s*(\d+\s*-\s*\d*\s*(,\s*\d+\s*-\s*\d*\s*)*)?$')]
        [string[]] $Range,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $DisplayName,

        [ValidateSet('Foreground', 'High', 'Normal', 'Low')]
        [string] $Priority = 'Foreground',

        [string[]] $CustomHeaders,

        [switch] $Asynchronous,

        [switch] $KeepAfterExit
    )

    process {
        if ($Destination.Count -ne 1 -and $Destination.Count -ne $Source.Count) {
            $PSCmdlet.ThrowTerminatingError((New-OdoErrorRecord 'Cannot download' 0x80070057 (
                "there are $($Source.Count) sources, but $($Destination.Count) destinations") `
                $Destination))
        }
        if ($KeepAfterExit -and -not $Asynchronous) {
            $PSCmdlet.ThrowTerminatingError((New-OdoErrorRecord 'Cannot download' 0x80070057 (
                '-KeepAfterExit is for -Asynchronous') $KeepAfterExit))
        }
        $paths = @(for ($i = 0; $i -lt $Source.Count; $i++) {
            Resolve-OdoDestination $PSCmdlet $Source[$i] $Destination[$i % $Destination.Count]
        })
        for ($i = 1; $i -lt $paths.Count; $i++) {
            if ($paths[0..($i - 1)] -contains $paths[$i]) {
                $PSCmdlet.ThrowTerminatingError((New-OdoErrorRecord 'Cannot download' 0x80070057 (
                    "two sources would go to $($paths[$i])") $paths[$i]))
            }
        }

        $started = @()
        $good = $false
        try {
            for ($i = 0; $i -lt $Source.Count; $i++) {
                if (-not $PSCmdlet.ShouldProcess("$($Source[$i]) to $($paths[$i])", 'Download')) {
                    continue
                }
                Connect-OdoServer $PSCmdlet
                try {
                    $com = $script:Server.Add($Source[$i], $paths[$i])
                    $started += New-OdoDownload $com
                    if ($Range) {
                        $com.Ranges = $Range -join ','
                    }
                    if ($CustomHeaders) {
                        $com.Headers = $CustomHeaders -join "`r`n"
                    }
                    if ($DisplayName) {
                        $com.DisplayName = $DisplayName
                    }
                    $com.Priority = 'background'
                    if ($Priority -eq 'Foreground') {
                        $com.Priority = 'foreground'
                    }
                    if ($KeepAfterExit) {
                        $com.KeepAfterExit = $true
                    }
                    $null = $com.Start()
                } catch {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord `
                        "Cannot download $($Source[$i])" $_.Exception $Source[$i]))
                }
            }
            $good = $true
        } finally {
            if (-not $good) {
                Stop-OdoUnfinished $started
            }
        }
        if ($Asynchronous) {
            $started
        } elseif ($started) {
            Wait-OdoDownload $PSCmdlet $started
        }
    }
}

function Get-OdoDownload {
    <#
    .SYNOPSIS
    Gets the downloads of this user that have not ended.

    .DESCRIPTION
    Gets downloads of this process, those that were started with -KeepAfterExit by others, and
    those of programs that use the same server. Completed and stopped ones are gone.

    .PARAMETER Id
    The identifier of each.

    .PARAMETER DisplayName
    The name of each; it may have wildcards.

    .OUTPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload

    Lists all downloads.

    .EXAMPLE
    Get-OdoDownload -DisplayName 'tonight*' | Suspend-OdoDownload

    Suspends those whose names begin like this.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(DefaultParameterSetName = 'DisplayName')]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, ParameterSetName = 'Id',
                   ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Position = 0, ParameterSetName = 'DisplayName')]
        [Alias('Name')]
        [string[]] $DisplayName = '*'
    )

    process {
        Connect-OdoServer $PSCmdlet
        if ($PSCmdlet.ParameterSetName -eq 'Id') {
            foreach ($one in $Id) {
                try {
                    New-OdoDownload ($script:Server.Item($one))
                } catch {
                    $PSCmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord `
                        "Cannot get the download $one" $_.Exception $one))
                }
            }
            return
        }
        try {
            $all = @(foreach ($com in $script:Server) { New-OdoDownload $com })
        } catch {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord `
                'Cannot list the downloads' $_.Exception $null))
        }
        foreach ($one in $all) {
            foreach ($pattern in $DisplayName) {
                if ($one.DisplayName -like $pattern) {
                    $one
                    break
                }
            }
        }
    }
}

function Suspend-OdoDownload {
    <#
    .SYNOPSIS
    Suspends downloads.

    .DESCRIPTION
    Suspends downloads. What has arrived is kept, and Resume-OdoDownload goes on from there.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .INPUTS
    OpenDO.Download

    .OUTPUTS
    OpenDO.Download: the same ones.

    .EXAMPLE
    Get-OdoDownload | Suspend-OdoDownload

    Suspends all downloads.

    .LINK
    Resume-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Source, 'Suspend')) {
                Invoke-OdoDownload $PSCmdlet $one 'Pause'
                $one
            }
        }
    }
}

function Resume-OdoDownload {
    <#
    .SYNOPSIS
    Goes on with downloads that were suspended or have failed.

    .DESCRIPTION
    Goes on with downloads, shows their progress, and returns when the files are there. With
    -Asynchronous it returns at once; Complete-OdoDownload then gives the files their names.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .PARAMETER Asynchronous
    Return at once and give the downloads.

    .INPUTS
    OpenDO.Download

    .OUTPUTS
    OpenDO.Download with -Asynchronous, else nothing.

    .EXAMPLE
    Get-OdoDownload | Resume-OdoDownload

    Goes on with all downloads, one after the other, until they are complete.

    .LINK
    Suspend-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [psobject[]] $Download,

        [switch] $Asynchronous
    )

    process {
        $resumed = @(foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Source, 'Resume')) {
                Invoke-OdoDownload $PSCmdlet $one 'Resume'
                $one
            }
        })
        if ($Asynchronous) {
            $resumed
        } elseif ($resumed) {
            Wait-OdoDownload $PSCmdlet $resumed
        }
    }
}

function Complete-OdoDownload {
    <#
    .SYNOPSIS
    Gives files that have been downloaded their names.

    .DESCRIPTION
    The end of an asynchronous download: the file gets its name in one step and replaces what was
    there. It fails while the State is not yet Transferred.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .INPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload | Where-Object State -eq Transferred | Complete-OdoDownload

    Completes whatever has arrived.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Destination, 'Complete')) {
                Invoke-OdoDownload $PSCmdlet $one 'Finalize'
            }
        }
    }
}

function Stop-OdoDownload {
    <#
    .SYNOPSIS
    Stops downloads and deletes what has arrived.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .INPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload | Stop-OdoDownload -Confirm

    Asks for each download whether to stop it.

    .LINK
    Suspend-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Source, 'Stop')) {
                Invoke-OdoDownload $PSCmdlet $one 'Cancel'
            }
        }
    }
}

Export-ModuleMember -Function Start-OdoDownload, Get-OdoDownload, Suspend-OdoDownload,
    Resume-OdoDownload, Complete-OdoDownload, Stop-OdoDownload
