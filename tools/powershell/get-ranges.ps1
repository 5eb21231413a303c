<#
.SYNOPSIS
Downloads byte ranges of a file by the COM class OpenDO.Downloads, without the module.

.EXAMPLE
./get-ranges.ps1 http://127.0.0.1:8080/image.iso C:\parts.bin '4096-4195,0-15,8192-'
#>
param(
    [Parameter(Mandatory = $true)] [string] $Url,
    [Parameter(Mandatory = $true)] [string] $Path,
    [string] $Ranges = ''   # none: the whole file
)

$ErrorActionPreference = 'Stop'

# New-Object -ComObject OpenDO.Downloads does the same.
$downloads = [Activator]::CreateInstance([Type]::GetTypeFromProgID('OpenDO.Downloads'))

$download = $downloads.Add($Url, $Path, $Ranges)
$download.Start()
if ($download.Wait()) {
    $download.Finalize()   # only now the file gets its name
    "$($download.BytesTransferred) bytes are in $Path"
} else {
    $words = '{0} (0x{1:X8})' -f $download.ErrorText, $download.Error
    $download.Cancel()     # deletes what has arrived
    throw $words
}
