# Downloads with OpenDO, following the conventions of the BITS module: whole files or byte ranges of
# them. A module over the COM class OpenDO.Downloads, which regsvr32 dosvc.dll registers.
#
# It uses PowerShell's core cmdlets only, so that it also runs where the standard modules are not
# installed, and nothing that Windows PowerShell 5.1 lacks.
#
# A failure for one record is a non-terminating error, and the cmdlet continues with the next; only
# invalid arguments and a missing server end a pipeline. A failure deletes nothing: received data
# stays with its download, for Resume-OdoDownload.

Set-StrictMode -Version 3.0

. ([System.IO.Path]::Combine($PSScriptRoot, 'OpenDO.Words.ps1'))   # $WordsOfCode, $WordsOfStatus

# The classes: in this process, and in one that serves all of this user's programs.
$ProgIds = @{ Here = 'OpenDO.Downloads'; Shared = 'OpenDO.SharedDownloads' }

# The servers, created on demand. Do not return one from a function: it is a collection, and
# PowerShell would unroll it.
$Servers = @{ Here = $null; Shared = $null }

$Tick = 0.2             # polling interval in seconds
$Cancelled = 0x800704C7 # ERROR_CANCELLED
$Wrong = 0x80070057     # E_INVALIDARG

# The error categories of some codes.
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
    0x80004001 = 'NotImplemented'     # E_NOTIMPL
    0x80040154 = 'NotInstalled'       # REGDB_E_CLASSNOTREG
    0x8007007E = 'NotInstalled'       # ERROR_MOD_NOT_FOUND
    0x800401F8 = 'NotInstalled'       # CO_E_DLLNOTFOUND
    0x800700C1 = 'NotInstalled'       # ERROR_BAD_EXE_FORMAT
    0x80070002 = 'ObjectNotFound'     # ERROR_FILE_NOT_FOUND
    0x800704C7 = 'OperationStopped'   # ERROR_CANCELLED
    0x80072EFD = 'ConnectionError'    # ERROR_WINHTTP_CANNOT_CONNECT
    0x80072EE7 = 'ConnectionError'    # ERROR_WINHTTP_NAME_NOT_RESOLVED
}

# --- Errors -----------------------------------------------------------------------------------

# The description of a code as by "odo explain"; if it has none, the given alternative.
function Get-OdoWords {
    param([int] $Code, [string] $Otherwise = '')

    if ($WordsOfCode.ContainsKey($Code)) {
        return $WordsOfCode[$Code]
    }
    if (($Code -band 0x7FFF0000) -eq 0x00190000) {
        $status = $Code -band 0xFFFF
        $phrase = ''
        if ($WordsOfStatus.ContainsKey($status)) {
            $phrase = ': ' + $WordsOfStatus[$status]
        }
        return "the server answered $status$phrase"
    }
    $number = '0x{0:X8}' -f $Code
    $other = ($Otherwise -replace "\s*\(?$number\)?", '').Trim().TrimEnd('.', ' ')
    if ($other) {
        return $other
    }
    'it failed for a reason without a name'
}

# As a sentence, with a capital letter.
function ConvertTo-OdoSentence {
    param([string] $Text)

    if ($Text.Length -lt 2 -or [char]::IsUpper($Text[1])) {
        return $Text   # such as URL
    }
    $Text.Substring(0, 1).ToUpperInvariant() + $Text.Substring(1)
}

# "Cannot download http://...: the server answered 404: not found (0x80190194)".
function New-OdoErrorRecord {
    param([string] $What, [int] $Code, [string] $Words, [object] $Target, [string] $Advice = '')

    $number = '0x{0:X8}' -f $Code
    $category = $Categories[$Code]
    if (-not $category) {
        $category = 'NotSpecified'
        if (($Code -band 0x7FFF0000) -eq 0x00190000) {
            $category = 'ConnectionError'   # a status of HTTP
        }
    }
    $exception = [System.Runtime.InteropServices.COMException]::new(
        "${What}: $Words ($number)", $Code)
    $record = [System.Management.Automation.ErrorRecord]::new(
        $exception, "OpenDO.$number", $category, $Target)
    if ($Advice) {
        $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($exception.Message)
        $record.ErrorDetails.RecommendedAction = $Advice
    }
    $record
}

# The same for an exception from the server. For these codes the server's text is more specific than
# the table.
function ConvertTo-OdoErrorRecord {
    param([string] $What, [System.Exception] $Exception, [object] $Target)

    $base = $Exception.GetBaseException()
    $code = $base.HResult
    if ($code -in $Wrong, 0x80D02011, 0x80020005, 0x800C0002) {
        $own = $base.Message -replace ('\s*\(?0x{0:X8}\)?' -f $code), ''
        $words = $own.Trim().TrimEnd('.', ' ')
    } else {
        $words = Get-OdoWords $code $base.Message
    }
    New-OdoErrorRecord $What $code $words $Target
}

# The result of an action, or its exception. The user's -ErrorVariable would also collect what is
# caught here, except in a pipeline of its own.
function Invoke-OdoAction {
    param([scriptblock] $Action)

    $guarded = { try { . $Action } catch { $_.Exception } }
    $guarded.InvokeReturnAsIs()
}

# Arguments that cannot be meant, and what OpenDO cannot do: that ends the pipeline. Of a row of the
# pipeline, without a cmdlet, it is noted for whoever goes on with the next one: what is thrown from
# function to function comes into an -ErrorVariable once for each.
function Stop-OdoArgument {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Words, [object] $Target)

    if ($null -eq $Cmdlet) {
        $script:Refusal = $Words
        return
    }
    $Cmdlet.ThrowTerminatingError((New-OdoErrorRecord 'Cannot do this' $Wrong $Words $Target))
}

function Connect-OdoServer {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Place)

    if ($null -ne $Servers[$Place]) {
        return
    }
    $progId = $ProgIds[$Place]
    try {
        $type = [Type]::GetTypeFromProgID($progId)
        if ($null -eq $type) {
            throw [System.Runtime.InteropServices.COMException]::new('', 0x80040154)
        }
        $Servers[$Place] = [Activator]::CreateInstance($type)
    } catch {
        $code = $_.Exception.GetBaseException().HResult
        $kind = '{0}-bit' -f (8 * [IntPtr]::Size)
        $beside = ''
        if ($Place -eq 'Shared') {
            $beside = ', with dosvc-host.exe beside it'
        }
        $words = (Get-OdoWords $code $_.Exception.GetBaseException().Message) +
            "; register OpenDO's $kind dosvc.dll${beside}: 'regsvr32 dosvc.dll' as an administrator, or " +
            "'regsvr32 /n /i:user dosvc.dll' for yourself"
        $Cmdlet.ThrowTerminatingError((New-OdoErrorRecord "Cannot reach OpenDO ($progId)" $code `
                                                          $words $progId))
    }
}

# --- Downloads --------------------------------------------------------------------------------

# The object passed between cmdlets: one or more files that are fetched together, each of which is
# one download of the server. OpenDO.Types.ps1xml gives it its properties.
function New-OdoObject {
    param([object[]] $Parts, [string] $Place)

    [pscustomobject] @{
        PSTypeName  = 'OpenDO.Download'
        Parts       = $Parts
        ComObject   = $Parts[0]
        LocalServer = ($Place -eq 'Shared')
    }
}

# Files that belong together refer to the first of them.
$GroupPrefix = 'OpenDO job '

function Get-OdoGroup {
    param([object] $Part)

    $content = [string] $Part.GetProperty('ContentId')
    if ($content.StartsWith($GroupPrefix)) {
        return $content.Substring($GroupPrefix.Length)
    }
    $Part.Id
}

$Verbs = @{ Start = 'start'; Pause = 'suspend'; Resume = 'resume'; Finalize = 'complete'
            Cancel = 'remove' }

# Call a method of each file. False, and an error, when one of them fails.
function Invoke-OdoDownload {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Download, [string] $Method)

    $failure = Invoke-OdoAction {
        foreach ($part in $Download.Parts) {
            switch ($Method) {
                'Start' { $null = $part.Start() }
                'Pause' { if ($part.StateText -ne 'Transferred') { $null = $part.Pause() } }
                'Resume' { if ($part.StateText -ne 'Transferred') { $null = $part.Resume() } }
                'Finalize' { $null = $part.Finalize() }
                'Cancel' { $null = $part.Cancel() }
            }
        }
    }
    if ($failure -is [Exception]) {
        $what = "Cannot $($Verbs[$Method]) the download of $($Download.Source -join ', ')"
        $record = ConvertTo-OdoErrorRecord $what $failure $Download
        $script:HasFailed = $true
        $Cmdlet.WriteError($record)
        return $false
    }
    $true
}

# For cleaning up: the original error is reported, and is more useful than a further one.
function Reset-OdoDownload {
    param([psobject] $Download, [switch] $Delete)

    foreach ($part in $Download.Parts) {
        try {
            if ($Delete -and $part.StateText -notin 'Finalized', 'Aborted') {
                $null = $part.Cancel()
            } elseif ($part.StateText -eq 'Transferring') {
                $null = $part.Pause()
            }
        } catch {
            $null = $_
        }
    }
}

# --- Names and places -------------------------------------------------------------------------

# One UTF-8 character, escaped in a URL (RFC 3629). Malformed sequences are left unchanged.
$Tail = '%[89AB][0-9A-F]'
$EscapedCharacter = [regex]::new((
    '%[0-7][0-9A-F]|%(?:C[2-9A-F]|D[0-9A-F])T|%E0%[AB][0-9A-F]T|%E[1-9A-CEF]TT|%ED%[89][0-9A-F]T|' +
    '%F0%[9AB][0-9A-F]TT|%F[123]TTT|%F4%8[0-9A-F]TT').Replace('T', $Tail), 'IgnoreCase, CultureInvariant')

# Not permitted in names: what Windows forbids, control characters, those that change the direction
# of writing, and lone surrogates.
$Forbidden = [regex]::new(
    '[\u0000-\u001F\u007F-\u009F<>:"|?*\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]|' +
    '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]')

$BlanksAndDots = [char[]] (@(0x20, 0x2E, 0xA0, 0x1680) + (0x2000..0x200A) + @(0x202F, 0x205F, 0x3000))
$Device = [regex]::new('^(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9\u00B9\u00B2\u00B3])$',
                       'IgnoreCase, CultureInvariant')
$NameMax = 255      # bytes of UTF-8
$ExtensionMax = 32  # bytes; anything longer is not considered an extension

# A file's name from its URL; empty if there is none. For any URL, the name is that of a file
# directly in its folder. The rules are those of tools/odo/local_name.h.
function ConvertTo-OdoFileName {
    param([string] $Url)

    $path = $Url
    $host_ = $Url.IndexOf('://', [StringComparison]::Ordinal)
    if ($host_ -ge 0) {
        $begin = $Url.IndexOfAny([char[]] '/\?#', $host_ + 3)
        $path = ''
        if ($begin -ge 0) {
            $path = $Url.Substring($begin)
        }
    }
    $end = $path.IndexOfAny([char[]] '?#')
    if ($end -ge 0) {
        $path = $path.Substring(0, $end)
    }
    if ($path.Length -gt 8800) {
        return ''
    }
    $name = $EscapedCharacter.Replace($path, [System.Text.RegularExpressions.MatchEvaluator] {
        param($match)
        $bytes = foreach ($hex in $match.Value.Substring(1).Split('%')) { [Convert]::ToByte($hex, 16) }
        [System.Text.Encoding]::UTF8.GetString([byte[]] $bytes)
    })
    $name = $name.Substring($name.LastIndexOfAny([char[]] '/\') + 1)
    $name = $Forbidden.Replace($name, '_').Trim($BlanksAndDots)
    if ($Device.IsMatch(($name + '.').Split('.')[0].TrimEnd($BlanksAndDots))) {
        $name = '_' + $name
    }
    if ([System.Text.Encoding]::UTF8.GetByteCount($name) -gt $NameMax) {
        $dot = $name.LastIndexOf('.')
        $extension = ''
        if ($dot -gt 0 -and [System.Text.Encoding]::UTF8.GetByteCount($name.Substring($dot)) -le $ExtensionMax) {
            $extension = $name.Substring($dot)
        }
        $stem = $name.Substring(0, $name.Length - $extension.Length)
        $room = $NameMax - [System.Text.Encoding]::UTF8.GetByteCount($extension)
        while ([System.Text.Encoding]::UTF8.GetByteCount($stem) -gt $room) {
            $units = 1
            if ([char]::IsLowSurrogate($stem[$stem.Length - 1])) {
                $units = 2
            }
            $stem = $stem.Substring(0, $stem.Length - $units)
        }
        $name = ($stem + $extension).Trim($BlanksAndDots)
    }
    $name
}

# Where a source goes to: an absolute path of a file. Throws what is to be told.
function Resolve-OdoDestination {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Source,
          [string] $Destination)

    $provider = $null
    $drive = $null
    $path = $Cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(
        $Destination, [ref] $provider, [ref] $drive)
    if ($provider.Name -ne 'FileSystem') {
        throw [System.Runtime.InteropServices.COMException]::new(
            "'$Destination' is a place of PowerShell's $($provider.Name) provider, and files go to " +
            'the file system only', $Wrong)
    }
    if ([System.IO.Directory]::Exists($path) -or $Destination -match '[\\/]$') {
        $name = ConvertTo-OdoFileName $Source
        if (-not $name) {
            throw [System.Runtime.InteropServices.COMException]::new(
                "the URL ends in no name for a file in the folder '$path'; say the file's path", $Wrong)
        }
        $path = [System.IO.Path]::Combine($path, $name)
        if ([System.IO.Directory]::Exists($path)) {
            throw [System.Runtime.InteropServices.COMException]::new("'$path' is a folder", $Wrong)
        }
    }
    $path
}

# --- Settings ---------------------------------------------------------------------------------

$CostPolicies = @{
    Always = 0; PolicyAlways = 0; Unrestricted = 1; PolicyUnrestricted = 1; Standard = 2
    PolicyStandard = 2; NotRoaming = 3; PolicyNotRoaming = 3; NoSurcharge = 4; PolicyNoSurcharge = 4
}

$SecurityBits = @{
    EnableCRLCheck = 0x1; IgnoreUnknownCA = 0x100; IgnoreCertWrongUsage = 0x200
    IgnoreCertCNInvalid = 0x1000; IgnoreCertDateInvalid = 0x2000
}

$PriorityLevels = @{ Foreground = 0; High = 1; Normal = 2; Low = 3 }

# What BITS has and OpenDO lacks, and why.
$Refusals = @{
    ProxyList           = 'OpenDO uses the proxy of the system; -ProxyList cannot name another'
    ProxyBypass         = 'OpenDO uses the proxy of the system, with its exceptions; -ProxyBypass cannot name others'
    ProxyCredential     = 'OpenDO does not log in to a proxy, so -ProxyCredential is of no use'
    ProxyAuthentication = 'OpenDO does not log in to a proxy, so -ProxyAuthentication is of no use'
    NotifyFlags         = 'OpenDO sends no notifications of BITS; watch JobState instead of -NotifyFlags'
    NotifyCmdLine       = 'OpenDO runs no program when a download ends, so -NotifyCmdLine is of no use'
    ACLFlags            = 'a file gets the rights of its folder; -ACLFlags cannot take others along'
    UseStoredCredential = 'OpenDO has no store of credentials for -UseStoredCredential; use -Credential'
    CustomHeadersWriteOnly = 'whoever owns a download can read its headers, so -CustomHeadersWriteOnly cannot be kept'
    SetOwnerToCurrentUser = 'downloads belong to who made them; -SetOwnerToCurrentUser cannot change that'
}

# From a cmdlet's arguments to what is to be set: properties of the server with their values, in the
# order in which they are set. Ends the pipeline when an argument cannot be obeyed.
function ConvertTo-OdoSettings {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Bound)

    $settings = [ordered] @{}
    foreach ($name in @($Bound.Keys)) {
        $value = $Bound[$name]
        if ($Refusals.ContainsKey($name)) {
            $isNothing = ($value -is [switch] -and -not $value) -or
                ($name -eq 'UseStoredCredential' -and $value -eq 'None')
            if (-not $isNothing) {
                Stop-OdoArgument $Cmdlet $Refusals[$name] $value
            }
        }
    }
    if ($Bound['TransferType'] -and $Bound['TransferType'] -ne 'Download') {
        Stop-OdoArgument $Cmdlet "OpenDO only downloads, so -TransferType is Download, not $($Bound['TransferType'])" `
                         $Bound['TransferType']
    }
    if ($Bound['HttpMethod'] -and $Bound['HttpMethod'] -ne 'GET') {
        Stop-OdoArgument $Cmdlet "OpenDO downloads by GET, not by $($Bound['HttpMethod'])" $Bound['HttpMethod']
    }
    if ($Bound['ProxyUsage'] -and $Bound['ProxyUsage'] -ne 'SystemDefault') {
        Stop-OdoArgument $Cmdlet "OpenDO uses the proxy of the system; -ProxyUsage is SystemDefault, not $($Bound['ProxyUsage'])" `
                         $Bound['ProxyUsage']
    }
    if ($Bound.ContainsKey('DisplayName')) { $settings['DisplayName'] = $Bound['DisplayName'] }
    if ($Bound.ContainsKey('Description')) { $settings['Description'] = $Bound['Description'] }
    if ($Bound.ContainsKey('Priority')) { $settings['JobPriority'] = $PriorityLevels[$Bound['Priority']] }
    if ($Bound.ContainsKey('CustomHeaders')) { $settings['HttpCustomHeaders'] = @($Bound['CustomHeaders']) -join "`r`n" }
    if ($Bound.ContainsKey('RetryInterval')) { $settings['RetryInterval'] = $Bound['RetryInterval'] }
    if ($Bound.ContainsKey('RetryTimeout')) { $settings['RetryTimeout'] = $Bound['RetryTimeout'] }
    if ($Bound.ContainsKey('TransferPolicy')) {
        $policy = @($Bound['TransferPolicy']) -join ', '
        if (-not $CostPolicies.ContainsKey($policy)) {
            Stop-OdoArgument $Cmdlet ("-TransferPolicy is Always, Unrestricted, Standard, NotRoaming or NoSurcharge; " +
                "OpenDO knows no single states of a network such as $policy") $policy
        }
        $settings['CostPolicy'] = $CostPolicies[$policy]
    }
    if ($Bound.ContainsKey('SecurityFlags')) {
        $bits = 0
        $insecure = $false
        foreach ($word in (@($Bound['SecurityFlags']) -split '\s*,\s*' -ne '')) {
            if ($SecurityBits.ContainsKey($word)) {
                $bits = $bits -bor $SecurityBits[$word]
            } elseif ($word -eq 'RedirectPolicyAllowHttpsToHttp') {
                $insecure = $true
            } elseif ($word -notin 'RedirectPolicyAllowSilent', 'None') {
                Stop-OdoArgument $Cmdlet ("-SecurityFlags are EnableCRLCheck, IgnoreCertCNInvalid, IgnoreCertDateInvalid, " +
                    "IgnoreUnknownCA, IgnoreCertWrongUsage, RedirectPolicyAllowSilent and RedirectPolicyAllowHttpsToHttp; " +
                    "$word cannot be obeyed") $word
            }
        }
        $settings['SecurityFlags'] = $bits
        $settings['HttpAllowSecureToNonSecureRedirect'] = $insecure
    }
    Add-OdoCredential $Cmdlet $Bound $settings
    Add-OdoCertificate $Cmdlet $Bound $settings
    $settings
}

function Add-OdoCredential {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Bound,
          [System.Collections.IDictionary] $Settings)

    $credential = $Bound['Credential']
    $scheme = $Bound['Authentication']
    if ($null -eq $credential -or $credential -eq [System.Management.Automation.PSCredential]::Empty) {
        if ($scheme) {
            Stop-OdoArgument $Cmdlet '-Authentication needs a -Credential' $scheme
        }
        return
    }
    if ($scheme -ne 'Basic') {
        Stop-OdoArgument $Cmdlet ("OpenDO sends a -Credential by -Authentication Basic only, which shows the password " +
            'to the server: say so, or leave it out') $scheme
    }
    $plain = $credential.GetNetworkCredential()
    $user = $plain.UserName
    if ($plain.Domain) {
        $user = "$($plain.Domain)\$user"
    }
    if ($user.Contains(':')) {
        Stop-OdoArgument $Cmdlet 'a user name with a colon cannot be sent by Basic authentication' $user
    }
    $token = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("${user}:$($plain.Password)"))
    $Settings['HttpCustomAuthHeaders'] = "Authorization: Basic $token"
}

# The hash of the first certificate in a store that has this text in its subject.
function Find-OdoCertificate {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Location, [string] $Store, [string] $Subject)

    if ($Location -notin 'CurrentUser', 'LocalMachine') {
        Stop-OdoArgument $Cmdlet "-CertSubjectName is looked up in CurrentUser and LocalMachine, not in $Location" $Location
    }
    $place = [System.Security.Cryptography.X509Certificates.X509Store]::new($Store,
        [System.Security.Cryptography.X509Certificates.StoreLocation] $Location)
    try {
        $place.Open([System.Security.Cryptography.X509Certificates.OpenFlags] 'ReadOnly, OpenExistingOnly')
        foreach ($certificate in $place.Certificates) {
            if ($certificate.Subject.IndexOf($Subject, [StringComparison]::OrdinalIgnoreCase) -ge 0) {
                return , $certificate.GetCertHash()
            }
        }
    } catch [System.Security.Cryptography.CryptographicException] {
        $null = $_   # there is no such store, and so no certificate in it
    } finally {
        $place.Dispose()
    }
    Stop-OdoArgument $Cmdlet "the store $Location\$Store has no certificate with '$Subject' in its subject" $Subject
}

function Add-OdoCertificate {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [System.Collections.IDictionary] $Bound,
          [System.Collections.IDictionary] $Settings)

    $hash = $Bound['CertHash']
    $subject = $Bound['CertSubjectName']
    if ($null -eq $hash -and -not $subject) {
        if ($Bound['CertStoreLocation'] -or $Bound['CertStoreName']) {
            Stop-OdoArgument $Cmdlet '-CertStoreLocation and -CertStoreName need a -CertHash or a -CertSubjectName' $null
        }
        return
    }
    if ($null -ne $hash -and $subject) {
        Stop-OdoArgument $Cmdlet 'a certificate is found by -CertHash or by -CertSubjectName, not by both' $subject
    }
    $location = 'CurrentUser'
    if ($Bound['CertStoreLocation']) {
        $location = $Bound['CertStoreLocation']
    }
    $store = 'MY'
    if ($Bound['CertStoreName']) {
        $store = $Bound['CertStoreName']
    }
    if ($subject) {
        $hash = Find-OdoCertificate $Cmdlet $location $store $subject
    }
    if ($hash.Length -ne 20) {
        Stop-OdoArgument $Cmdlet '-CertHash is the SHA-1 hash of a certificate: 20 bytes' $hash
    }
    $Settings['ClientCertificate'] = "$location\$store\" +
        [BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
}

# Those that the server accepts only while nothing runs.
$StandStill = 'HttpCustomHeaders', 'HttpCustomAuthHeaders', 'SecurityFlags', 'HttpAllowSecureToNonSecureRedirect'

function Set-OdoPart {
    param([object] $Part, [System.Collections.IDictionary] $Settings)

    $runs = $false
    foreach ($name in $Settings.Keys) {
        if ($name -in $StandStill -and $Part.StateText -eq 'Transferring') {
            $null = $Part.Pause()
            $runs = $true
        }
    }
    try {
        foreach ($name in $Settings.Keys) {
            $null = $Part.SetProperty($name, $Settings[$name])
        }
    } finally {
        if ($runs) {
            $null = $Part.Resume()
        }
    }
}

# --- Waiting ----------------------------------------------------------------------------------

$FirstWait = 2    # seconds after the first failure, then twice as many after each
$LongestWait = 30

# The delay in seconds requested by the server (Retry-After); 0 without one.
function Get-OdoRetryAfter {
    param([object] $Part)

    if (($Part.ExtendedError -band 0xFFFF) -notin 408, 429, 503) {
        return 0
    }
    if ("$($Part.GetProperty('HttpResponseHeaders'))" -match '(?im)^Retry-After:[ \t]*(\d{1,6})[ \t\r]*$') {
        return [int] $Matches[1]
    }
    0
}

# Seconds until the engine tries again, by the rules that it has: twice as long after each failure
# without a byte between, as late as the server asks, and never sooner than -RetryInterval.
function Get-OdoRetrySeconds {
    param([psobject] $Run, [psobject] $Status)

    $count = [int] $Status.Part.GetProperty('ErrorCount')
    $bytes = [long] $Status.Part.BytesTransferred
    if ($count -ne $Run.FailureCount -or $Status.Part.Id -ne $Run.FailedId) {
        if ($bytes -ne $Run.FailureBytes -or $Status.Part.Id -ne $Run.FailedId) {
            $Run.Attempt = 0
        }
        $Run.Attempt++
        $Run.FailureCount = $count
        $Run.FailureBytes = $bytes
        $Run.FailedId = $Status.Part.Id
        $Run.FailedAt = [System.Diagnostics.Stopwatch]::StartNew()
    }
    $wait = [Math]::Min($FirstWait * [Math]::Pow(2, [Math]::Min($Run.Attempt, 10) - 1), $LongestWait)
    $wait = [Math]::Max($wait, (Get-OdoRetryAfter $Status.Part))
    $wait = [Math]::Max($wait, $Run.RetryInterval)
    [int] [Math]::Ceiling([Math]::Max($wait - $Run.FailedAt.Elapsed.TotalSeconds, 0))
}

# Why it is waiting, as a sentence; empty if it is not.
function Get-OdoReason {
    param([psobject] $Run, [psobject] $Status)

    if ($Status.Extended -eq 0 -or $Status.State -notin 'Transferring', 'Paused') {
        return ''
    }
    $reason = ConvertTo-OdoSentence (Get-OdoWords $Status.Extended $Status.Part.ErrorText)
    if ($Status.State -eq 'Paused') {
        return $reason   # a network that may not be used
    }
    $seconds = Get-OdoRetrySeconds $Run $Status
    if ($seconds -gt 0) {
        return "$reason; trying again in $seconds s"
    }
    "$reason; trying again"
}

# A run: a download to continue, or the parameters of a new one.
function New-OdoRun {
    param([psobject] $Download, [psobject] $Request, [int] $Number)

    [pscustomobject] @{
        Download = $Download
        Request  = $Request
        Number   = $Number      # of its progress bar
        Since    = $null        # what it is measured from: a clock, and the bytes that were there
        Before   = 0
        Told     = ''           # the reason for waiting that was last reported

        # How often it has failed without a byte between, and the last time.
        Attempt       = 0
        FailureCount  = -1
        FailureBytes  = -1
        FailedId      = ''
        FailedAt      = $null
        RetryInterval = 0
    }
}

# Start it. False, and an error, on failure; a new one is then removed.
function Start-OdoRun {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Run)

    if ($null -eq $Run.Request) {
        if (-not (Invoke-OdoDownload $Cmdlet $Run.Download 'Resume')) {
            return $false
        }
    } else {
        $made = New-OdoDownload $Cmdlet $Run.Request
        if ($null -eq $made) {
            return $false
        }
        $Run.Download = $made
        if ($Run.Request.Settings.Contains('RetryInterval')) {
            $Run.RetryInterval = $Run.Request.Settings['RetryInterval']
        }
    }
    $Run.Since = [System.Diagnostics.Stopwatch]::StartNew()
    $Run.Before = $Run.Download.BytesTransferred
    $true
}

function New-OdoProgress {
    param([psobject] $Run, [psobject] $Status, [string] $Reason = '')

    $download = $Run.Download
    $done = $download.BytesTransferred
    $total = $download.BytesTotal
    $text = '{0:N0} bytes' -f $done
    if ($total -gt 0) {
        $text = '{0:N0} of {1:N0} bytes' -f $done, $total
    }
    if ($Reason) {
        $text = "$Reason ($text)"
    }
    $record = [System.Management.Automation.ProgressRecord]::new(
        $Run.Number, "Downloading $($download.Source -join ', ')", $text)
    if ($total -gt 0) {
        $record.PercentComplete = [int] [Math]::Min(100, [Math]::Floor(100 * $done / $total))
        $come = $done - $Run.Before   # not what an earlier run had fetched
        if ($come -gt 0 -and -not $Reason) {
            $seconds = $Run.Since.Elapsed.TotalSeconds * ($total - $done) / $come
            $record.SecondsRemaining = [int] [Math]::Min($seconds, [int]::MaxValue)
        }
    }
    $record.CurrentOperation = $download.Destination -join ', '
    $record
}

function Write-OdoProgress {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Run, [psobject] $Status,
          [switch] $Completed)

    $reason = ''
    if (-not $Completed) {
        $reason = Get-OdoReason $Run $Status
    }
    # Once for each failure, though the seconds run down.
    $told = ($reason -replace '; trying again.*$', '') + $Run.FailureCount
    if ($told -ne $Run.Told) {
        $Run.Told = $told
        if ($reason) {
            $Cmdlet.WriteVerbose("$($Run.Download.Source -join ', '): $reason")
        }
    }
    $record = New-OdoProgress $Run $Status $reason
    if ($Completed) {
        $record.RecordType = [System.Management.Automation.ProgressRecordType]::Completed
    }
    $Cmdlet.WriteProgress($record)
}

# Look at one. True when it is over, be it well or not.
function Test-OdoRun {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Run, [int] $MaxSeconds,
          [bool] $PassThru)

    $download = $Run.Download
    $source = $download.Source -join ', '
    $status = $download.GetStatus()
    $code = 0
    $words = ''
    switch ($status.State) {
        'Transferred' {
            Write-OdoProgress $Cmdlet $Run $status -Completed
            if (Invoke-OdoDownload $Cmdlet $download 'Finalize') {
                $Cmdlet.WriteVerbose("${source}: complete, in $($download.Destination -join ', ')")
                if ($PassThru) {
                    $Cmdlet.WriteObject($download)
                }
            }
            return $true
        }
        'Finalized' {   # by somebody else
            Write-OdoProgress $Cmdlet $Run $status -Completed
            if ($PassThru) {
                $Cmdlet.WriteObject($download)
            }
            return $true
        }
        'Aborted' {
            $code = $Cancelled
            $words = 'it was removed meanwhile'
        }
        'Created' {
            $code = $Cancelled
            $words = 'it is suspended'
        }
        'Paused' {
            if ($status.Error -ne 0) {
                $code = $status.Error
                $words = Get-OdoWords $code $status.Part.ErrorText
                if ($status.Extended -ne 0 -and $status.Extended -ne $code) {
                    $words += '; the last try: ' + (Get-OdoWords $status.Extended '')
                }
            } elseif ($status.Extended -eq 0) {
                $code = $Cancelled
                $words = 'it was suspended meanwhile'
            }
        }
    }
    if ($code -eq 0 -and $MaxSeconds -gt 0 -and $Run.Since.Elapsed.TotalSeconds -ge $MaxSeconds) {
        $code = 0x800705B4   # ERROR_TIMEOUT
        $words = "it took longer than -MaxDownloadTime, which is $MaxSeconds s"
    }
    if ($code -eq 0) {
        Write-OdoProgress $Cmdlet $Run $status
        return $false
    }
    Write-OdoProgress $Cmdlet $Run $status -Completed
    Reset-OdoDownload $download   # the other files of the job stop too, and keep what has come
    $advice = 'Resume-OdoDownload goes on with it, Remove-OdoDownload deletes what has come'
    $script:HasFailed = $true
    $Cmdlet.WriteError((New-OdoErrorRecord "Cannot download $source" $code $words $download $advice))
    $true
}

# Run these, a limited number at a time, and complete each as it arrives. Failures are reported and
# the others continue. If the user interrupts, or an error ends the pipeline, the rest is suspended;
# or deleted, if the user interrupts and -DeleteWhenStopped is set.
function Wait-OdoDownload {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject[]] $Run, [int] $Limit,
          [int] $MaxSeconds = 0, [switch] $PassThru, [switch] $DeleteWhenStopped)

    $waiting = [System.Collections.Generic.Queue[object]]::new()
    foreach ($one in $Run) {
        $waiting.Enqueue($one)
    }
    $running = [System.Collections.Generic.List[object]]::new()
    $turn = 0
    $finished = $false
    $script:HasFailed = $false
    try {
        while ($waiting.Count -gt 0 -or $running.Count -gt 0) {
            while ($running.Count -lt $Limit -and $waiting.Count -gt 0) {
                $one = $waiting.Dequeue()
                if (Start-OdoRun $Cmdlet $one) {
                    $running.Add($one)
                }
                $script:HasFailed = $false
            }
            if ($running.Count -eq 0) {
                continue
            }
            # Sleep until one of them comes to rest, each in its turn, or it is time to show progress.
            $turn = ($turn + 1) % $running.Count
            foreach ($part in $running[$turn].Download.Parts) {
                if ($part.StateText -in 'Transferring', 'Paused') {   # Paused: it may wait for a network
                    $null = $part.Wait($Tick)
                    break
                }
            }
            foreach ($one in $running.ToArray()) {
                if (Test-OdoRun $Cmdlet $one $MaxSeconds $PassThru) {
                    $null = $running.Remove($one)
                }
                $script:HasFailed = $false
            }
        }
        $finished = $true
    } catch {
        $script:HasFailed = $true
        throw
    } finally {
        if (-not $finished) {
            $delete = $DeleteWhenStopped -and -not $script:HasFailed
            foreach ($one in $running) {
                Reset-OdoDownload $one.Download -Delete:$delete
            }
        }
    }
}

# --- Making -----------------------------------------------------------------------------------

# Create the parts of a download. Throws if one fails; then none is left.
function New-OdoParts {
    param([psobject] $Request, [string] $Group = '')

    $parts = @()
    try {
        for ($i = 0; $i -lt $Request.Source.Count; $i++) {
            $part = $Servers[$Request.Place].Add($Request.Source[$i], $Request.Path[$i])
            $parts += $part
            if ($Group) {
                $null = $part.SetProperty('ContentId', $GroupPrefix + $Group)
            } elseif ($i -gt 0) {
                $null = $part.SetProperty('ContentId', $GroupPrefix + $parts[0].Id)
            }
            if ($Request.Range) {
                $part.Ranges = $Request.Range
            }
            Set-OdoPart $part $Request.Settings
            if ($Request.Keep) {
                $part.KeepAfterExit = $true
            }
            if (-not $Request.Suspended) {
                $null = $part.Start()
            }
        }
    } catch {
        foreach ($part in $parts) {
            try { $null = $part.Cancel() } catch { $null = $_ }
        }
        throw
    }
    , $parts
}

# Create a download as requested. Null, and an error, on failure.
function New-OdoDownload {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [psobject] $Request)

    $parts = Invoke-OdoAction { New-OdoParts $Request }
    if ($parts -is [Exception]) {
        $source = $Request.Source -join ', '
        $record = ConvertTo-OdoErrorRecord "Cannot download $source" $parts $source
        $script:HasFailed = $true
        $Cmdlet.WriteError($record)
        return
    }
    New-OdoObject $parts $Request.Place
}

# All downloads of a server that have not ended, oldest first.
function Get-OdoAll {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string] $Place)

    Connect-OdoServer $Cmdlet $Place
    $groups = [ordered] @{}
    try {
        foreach ($part in $Servers[$Place]) {
            $group = Get-OdoGroup $part
            if (-not $groups.Contains($group)) {
                $groups[$group] = [System.Collections.Generic.List[object]]::new()
            }
            if ($part.Id -eq $group) {
                $groups[$group].Insert(0, $part)
            } else {
                $groups[$group].Add($part)
            }
        }
    } catch {
        $Cmdlet.ThrowTerminatingError((ConvertTo-OdoErrorRecord 'Cannot list the downloads' $_.Exception $null))
    }
    foreach ($group in $groups.Keys) {
        New-OdoObject $groups[$group].ToArray() $Place
    }
}

# Arguments of Start- and Add- to absolute paths of files, one for each source. Null, and an error,
# when there is none for one of them.
function Resolve-OdoPaths {
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [string[]] $Source, [string[]] $Destination)

    if ($Destination.Count -ne 1 -and $Destination.Count -ne $Source.Count) {
        Stop-OdoArgument $Cmdlet "there are $($Source.Count) sources, but $($Destination.Count) destinations" $Destination
    }
    $paths = @()
    for ($i = 0; $i -lt $Source.Count; $i++) {
        $path = Invoke-OdoAction { Resolve-OdoDestination $Cmdlet $Source[$i] $Destination[$i % $Destination.Count] }
        if ($path -is [Exception]) {
            $Cmdlet.WriteError((ConvertTo-OdoErrorRecord "Cannot download $($Source[$i])" $path $Source[$i]))
            return
        }
        $paths += $path
    }
    for ($i = 1; $i -lt $paths.Count; $i++) {
        if ($paths[0..($i - 1)] -contains $paths[$i]) {
            Stop-OdoArgument $Cmdlet "two sources would go to $($paths[$i])" $paths[$i]
        }
    }
    , $paths
}

# --- The cmdlets ------------------------------------------------------------------------------

function Start-OdoDownload {
    <#
    .SYNOPSIS
    Downloads files, or byte ranges of them.

    .DESCRIPTION
    Downloads each source to its destination. It shows the progress, and the reason for waiting if
    it does, and returns when the files are complete. All rows of a pipeline are read first and then
    fetched together, -ThrottleLimit of them at a time; each file is in place, and with -PassThru
    passed on, as soon as it has arrived. The sources of one call are one download of many files,
    which ends when
    all of them have arrived.

    With -Asynchronous it returns downloads at once: wait until their JobState
    is Transferred, then pass them to Complete-OdoDownload, which gives the files their names.

    Names. If the destination is a folder, the file in it gets the name at the end of the URL's
    path, with escapes decoded. Anything that could lead out of the folder, or is not allowed in
    names on Windows, is removed or replaced by underscores: for any URL, the file is directly in
    the folder.

    Existing files are replaced atomically, and only when the new one is complete; until then, and
    after a failure, the old one is unchanged.

    Errors. A failure for one row is a non-terminating error, and the others continue; -ErrorAction
    Stop ends all. The error's message contains the reason and the HRESULT, which is also in
    $_.Exception.HResult; its TargetObject is the download. A failure deletes no received data:
    Resume-OdoDownload continues the download, Remove-OdoDownload deletes it. On Ctrl+C incomplete
    files are deleted.

    Lifetime. A download ends with the shell that has started it, and its data is deleted. With
    -KeepAfterExit it stops when the shell ends, and another shell can find it with Get-OdoDownload
    and continue it with Resume-OdoDownload. With -Asynchronous -LocalServer it is in a separate
    process, which continues after the shell has ended.

    .PARAMETER Source
    The URL of each file, http or https.

    .PARAMETER Destination
    The path of each file, or one folder for all of them, in which they get the names at the ends of
    their URLs. A PowerShell drive is accepted if it refers to the file system. An existing file is
    replaced. The default is the current folder.

    .PARAMETER Range
    Byte ranges such as '0-99' (the first hundred bytes) and '500-' (all from byte 500 on). They are
    stored in the file back to back, in the order given. Without it the whole file is downloaded.

    .PARAMETER Asynchronous
    Return the downloads at once. They end with the shell, except with -KeepAfterExit and
    -LocalServer.

    .PARAMETER Suspended
    Create the downloads, but do not start them; Resume-OdoDownload does. They are returned as with
    -Asynchronous.

    .PARAMETER KeepAfterExit
    The downloads survive this shell: they stop when it ends, and Get-OdoDownload finds them in
    another one, where Resume-OdoDownload continues them.

    .PARAMETER LocalServer
    Download in a separate process, one for all programs of this user (dosvc-host.exe). With
    -Asynchronous the download continues there after the shell has ended, and is kept as with
    -KeepAfterExit; Get-OdoDownload -LocalServer finds it.

    .PARAMETER ThrottleLimit
    How many rows of a pipeline are fetched at a time; 4 by default.

    .PARAMETER PassThru
    Return each download when it is complete, in the order of completion.

    .PARAMETER TransferType
    Download, which is the default. OpenDO does not upload.

    .PARAMETER DisplayName
    A name to find the download by; 'OpenDO Transfer' by default.

    .PARAMETER Description
    Any text to store with the download.

    .PARAMETER Priority
    Foreground (the default) uses all available bandwidth. High, Normal and Low, which differ in
    BITS, all mean background.

    .PARAMETER TransferPolicy
    The networks on which it may run, by their cost: Always, Unrestricted, Standard, NotRoaming or
    NoSurcharge. On others it waits.

    .PARAMETER RetryInterval
    The least time between two attempts after a transient failure, in seconds. By default OpenDO
    retries after 2, 4, 8, 16 and then every 30 seconds.

    .PARAMETER RetryTimeout
    For how many seconds it retries without receiving a byte; then it has failed, and can be
    resumed. With 0 the first failure is final. The default is five minutes.

    .PARAMETER CustomHeaders
    Lines such as 'X-Token: abc' to send with each request.

    .PARAMETER CustomHeadersWriteOnly
    Rejected: the owner of a download can read its headers.

    .PARAMETER Credential
    A user name and password for the server, sent when it asks for them. Requires -Authentication
    Basic; they are stored with the download.

    .PARAMETER Authentication
    How the -Credential is sent: Basic. OpenDO has no other way.

    .PARAMETER UseStoredCredential
    None, which is the default: OpenDO has no store of credentials.

    .PARAMETER SecurityFlags
    Faults of a server's certificate to ignore, and other flags, separated by commas: EnableCRLCheck,
    IgnoreCertCNInvalid, IgnoreCertDateInvalid, IgnoreUnknownCA, IgnoreCertWrongUsage; and
    RedirectPolicyAllowHttpsToHttp, without which https does not redirect to http.

    .PARAMETER CertHash
    The SHA-1 hash, 20 bytes, of a certificate with its key, to be sent if the server asks for one.

    .PARAMETER CertStoreLocation
    Where the certificate is: CurrentUser (the default) or LocalMachine.

    .PARAMETER CertStoreName
    The store of the certificate; by default MY.

    .PARAMETER CertSubjectName
    A substring of that certificate's subject, instead of its -CertHash; the first match in the
    store is used.

    .PARAMETER HttpMethod
    GET, which is the default. OpenDO supports no other method.

    .PARAMETER Dynamic
    Accepted for compatibility with BITS, and always in effect: OpenDO accepts files from servers
    that neither state the size in advance nor support ranges.

    .PARAMETER MaxDownloadTime
    For how many seconds it may run; then it has failed, and can be resumed. Not with -Asynchronous,
    where nothing would enforce it.

    .PARAMETER ProxyUsage
    SystemDefault, which is the default: OpenDO uses the proxy of the system.

    .PARAMETER ProxyList
    Rejected: OpenDO uses the system's proxy.

    .PARAMETER ProxyBypass
    Rejected: OpenDO uses the system's proxy, with its exceptions.

    .PARAMETER ProxyCredential
    Rejected: OpenDO does not authenticate to proxies.

    .PARAMETER ProxyAuthentication
    Rejected: OpenDO does not authenticate to proxies.

    .PARAMETER NotifyFlags
    Rejected: OpenDO sends no BITS notifications.

    .PARAMETER NotifyCmdLine
    Rejected: OpenDO runs no program when a download ends.

    .PARAMETER ACLFlags
    Rejected: a file gets the permissions of its folder.

    .INPUTS
    Objects with properties Source, Destination and Range, such as the rows of a CSV file; further
    ones are DisplayName, Description, Priority, TransferType, TransferPolicy, RetryInterval,
    RetryTimeout, CustomHeaders, SecurityFlags and HttpMethod.

    .OUTPUTS
    OpenDO.Download with -Asynchronous, -Suspended or -PassThru, else nothing.

    .EXAMPLE
    Start-OdoDownload http://127.0.0.1:8080/image.iso C:\downloads\image.iso

    Downloads a file.

    .EXAMPLE
    Start-OdoDownload http://127.0.0.1:8080/image.iso C:\downloads\parts.bin -Range '4096-4195', '0-15', '8192-'

    Writes bytes 4096 to 4195, then the first 16, then everything from 8192 on.

    .EXAMPLE
    $download = Start-OdoDownload http://127.0.0.1:8080/image.iso C:\downloads\image.iso -Asynchronous -Priority Low
    $download.JobState

    Starts in the background. $download shows its progress.

    .EXAMPLE
    Import-Csv C:\downloads\list.csv | Start-OdoDownload -ErrorVariable failed
    $failed.TargetObject | Resume-OdoDownload -ErrorAction SilentlyContinue

    Downloads the files of a list with the columns Source and Destination, and retries the failed
    ones.

    .LINK
    Complete-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true,
                   ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Url', 'Uri', 'RemoteName')]
        [string[]] $Source,

        [Parameter(Position = 1, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Path', 'OutFile', 'LocalName')]
        [string[]] $Destination = '.',

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidatePattern('^\s*(\d+\s*-\s*\d*\s*(,\s*\d+\s*-\s*\d*\s*)*)?$')]
        [string[]] $Range,

        [switch] $Asynchronous,

        [switch] $Suspended,

        [switch] $KeepAfterExit,

        [switch] $LocalServer,

        [ValidateRange(1, 64)]
        [int] $ThrottleLimit = 4,

        [switch] $PassThru,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateSet('Download', 'Upload', 'UploadReply')]
        [string] $TransferType,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $DisplayName,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $Description,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateSet('Foreground', 'High', 'Normal', 'Low')]
        [string] $Priority,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]] $TransferPolicy,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(0, [int]::MaxValue)]
        [int] $RetryInterval,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateRange(0, [int]::MaxValue)]
        [int] $RetryTimeout,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string[]] $CustomHeaders,

        [switch] $CustomHeadersWriteOnly,

        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [ValidateSet('Basic', 'Digest', 'Ntlm', 'Negotiate', 'Passport')]
        [string] $Authentication,

        [ValidateSet('None', 'Proxy', 'Server')]
        [string] $UseStoredCredential,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [string[]] $SecurityFlags,

        [byte[]] $CertHash,

        [ValidateSet('CurrentUser', 'LocalMachine', 'CurrentService', 'Services', 'Users',
                     'CurrentUserGroupPolicy', 'LocalMachineGroupPolicy', 'LocalMachineEnterprise')]
        [string] $CertStoreLocation,

        [ValidateNotNullOrEmpty()]
        [string] $CertStoreName,

        [string] $CertSubjectName,

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $HttpMethod,

        [switch] $Dynamic,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $MaxDownloadTime,

        [ValidateSet('SystemDefault', 'NoProxy', 'AutoDetect', 'Override')]
        [string] $ProxyUsage,

        [Uri[]] $ProxyList,

        [string[]] $ProxyBypass,

        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $ProxyCredential,

        [ValidateSet('Basic', 'Digest', 'Ntlm', 'Negotiate', 'Passport')]
        [string] $ProxyAuthentication,

        [string[]] $NotifyFlags,

        [string[]] $NotifyCmdLine,

        [string[]] $ACLFlags
    )

    begin {
        $place = 'Here'
        if ($LocalServer) {
            $place = 'Shared'
        }
        $returns = $Asynchronous -or $Suspended
        if ($returns -and $PSBoundParameters.ContainsKey('MaxDownloadTime')) {
            Stop-OdoArgument $PSCmdlet '-MaxDownloadTime is not for -Asynchronous, since nobody would look at the clock' `
                             $MaxDownloadTime
        }
        $null = ConvertTo-OdoSettings $PSCmdlet $PSBoundParameters
        $fixed = [System.Collections.Generic.HashSet[string]]::new([string[]] @($PSBoundParameters.Keys),
                                                                   [StringComparer]::OrdinalIgnoreCase)
        $runs = [System.Collections.Generic.List[object]]::new()
        $taken = [System.Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    }

    process {
        # What an earlier row has said and this one does not, is among the bound ones still.
        $bound = @{}
        foreach ($name in @($PSBoundParameters.Keys)) {
            if ($fixed.Contains($name) -or ($null -ne $_ -and $null -ne $_.PSObject.Properties[$name])) {
                $bound[$name] = $PSBoundParameters[$name]
            }
        }
        $script:Refusal = ''
        $settings = ConvertTo-OdoSettings $null $bound
        if ($script:Refusal) {
            $PSCmdlet.WriteError((New-OdoErrorRecord "Cannot download $($Source -join ', ')" $Wrong $script:Refusal `
                                                     ($Source -join ', ')))
            return
        }
        if (-not $settings['DisplayName']) {
            $settings['DisplayName'] = 'OpenDO Transfer'
        }
        if (-not $settings.Contains('JobPriority')) {
            $settings['JobPriority'] = $PriorityLevels['Foreground']
        }
        $paths = Resolve-OdoPaths $PSCmdlet $Source $Destination
        if ($null -eq $paths) {
            return
        }
        foreach ($path in $paths) {
            if (-not $taken.Add($path)) {
                $PSCmdlet.WriteError((New-OdoErrorRecord "Cannot download $($Source -join ', ')" $Wrong `
                    "another source of this call goes to $path" ($Source -join ', ')))
                return
            }
        }
        if (-not $PSCmdlet.ShouldProcess("$($Source -join ', ') to $($paths -join ', ')", 'Download')) {
            return
        }
        Connect-OdoServer $PSCmdlet $place
        $request = [pscustomobject] @{
            Source    = $Source
            Path      = $paths
            Place     = $place
            Range     = (@($Range) -ne '') -join ','
            Settings  = $settings
            Keep      = $KeepAfterExit -or ($LocalServer -and $returns)
            Suspended = [bool] $Suspended
        }
        if (-not $returns) {
            $runs.Add((New-OdoRun $null $request ($runs.Count + 1)))
            return
        }
        $made = New-OdoDownload $PSCmdlet $request
        if ($null -ne $made) {
            $life = 'ends with this shell, and what has come is deleted then'
            if ($LocalServer) {
                $life = 'goes on when this shell has ended; Get-OdoDownload -LocalServer finds it'
            } elseif ($KeepAfterExit) {
                $life = 'stands still when this shell has ended; Get-OdoDownload finds it in another'
            }
            $PSCmdlet.WriteVerbose("$($Source -join ', '): it $life")
            $made
        }
    }

    end {
        if ($runs.Count -gt 0) {
            Wait-OdoDownload $PSCmdlet $runs.ToArray() $ThrottleLimit $MaxDownloadTime `
                             -PassThru:$PassThru -DeleteWhenStopped
        }
    }
}

function Add-OdoFile {
    <#
    .SYNOPSIS
    Adds files to a download.

    .DESCRIPTION
    Adds files to a download, which then ends when these have arrived too. They get its settings.
    A running download fetches them at once; if it is suspended, or has transferred all its files,
    use Resume-OdoDownload.

    .PARAMETER Download
    The download, from Start-OdoDownload or Get-OdoDownload; either it or the files may be piped in.

    .PARAMETER Source
    The URL of each file, http or https.

    .PARAMETER Destination
    The path of each file, or one folder for all of them; as for Start-OdoDownload.

    .PARAMETER Range
    Byte ranges; as for Start-OdoDownload.

    .INPUTS
    OpenDO.Download, or objects with properties Source, Destination and Range.

    .OUTPUTS
    OpenDO.Download: the same one.

    .EXAMPLE
    $download = Start-OdoDownload http://127.0.0.1:8080/image.iso C:\downloads\1.iso -Suspended
    $download = Add-OdoFile $download http://127.0.0.1:8080/image.iso C:\downloads\2.iso
    Resume-OdoDownload $download

    Fetches two files as one download.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [Alias('BitsJob')]
        [psobject] $Download,

        [Parameter(Mandatory = $true, Position = 1, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Url', 'Uri', 'RemoteName')]
        [string[]] $Source,

        [Parameter(Position = 2, ValueFromPipelineByPropertyName = $true)]
        [ValidateNotNullOrEmpty()]
        [Alias('Path', 'OutFile', 'LocalName')]
        [string[]] $Destination = '.',

        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [ValidatePattern('^\s*(\d+\s*-\s*\d*\s*(,\s*\d+\s*-\s*\d*\s*)*)?$')]
        [string[]] $Range
    )

    begin {
        $saysWhere = $PSBoundParameters.ContainsKey('Destination')
        $isFixed = $PSBoundParameters.ContainsKey('Download')
        $saysWhat = $PSBoundParameters.ContainsKey('Source')
        $saysRange = $PSBoundParameters.ContainsKey('Range')
    }

    process {
        if (-not $isFixed) {
            if (-not $saysWhat) {
                Stop-OdoArgument $PSCmdlet 'say by -Source what is to be added' $Download
            }
            # By the pipeline comes the download, whose own properties are not meant.
            if (-not $saysWhere) { $Destination = '.' }
            if (-not $saysRange) { $Range = @() }
        }
        $paths = Resolve-OdoPaths $PSCmdlet $Source $Destination
        if ($null -eq $paths -or
            -not $PSCmdlet.ShouldProcess("$($Source -join ', ') to $($paths -join ', ')", 'Add')) {
            return
        }
        $place = 'Here'
        if ($Download.LocalServer) {
            $place = 'Shared'
        }
        Connect-OdoServer $PSCmdlet $place
        $parts = Invoke-OdoAction {
            $first = $Download.ComObject
            $settings = [ordered] @{}
            foreach ($name in 'DisplayName', 'Description', 'JobPriority', 'HttpCustomHeaders', 'HttpCustomAuthHeaders',
                     'CostPolicy', 'RetryInterval', 'RetryTimeout', 'JobSecurityFlags',
                     'HttpAllowSecureToNonSecureRedirect', 'ClientCertificate') {
                $value = $first.GetProperty($name)
                if ($null -ne $value -and '' -ne "$value") {
                    $settings[$name] = $value
                }
            }
            $request = [pscustomobject] @{
                Source    = $Source
                Path      = $paths
                Place     = $place
                Range     = (@($Range) -ne '') -join ','
                Settings  = $settings
                Keep      = $first.KeepAfterExit
                Suspended = $Download.GetStatus().State -ne 'Transferring'
            }
            New-OdoParts $request (Get-OdoGroup $first)
        }
        if ($parts -is [Exception]) {
            $PSCmdlet.WriteError((ConvertTo-OdoErrorRecord `
                "Cannot add $($Source -join ', ') to the download $Download" $parts $Download))
        } else {
            $Download.Parts += $parts
        }
        if (-not $isFixed) {
            $Download
        }
    }

    end {
        if ($isFixed) {
            $Download
        }
    }
}

function Get-OdoDownload {
    <#
    .SYNOPSIS
    Gets the downloads of this user that have not ended.

    .DESCRIPTION
    Gets downloads of this shell, and those that other shells have started with -KeepAfterExit and
    released. Completed and removed ones are gone. A name or wildcard without a match returns
    nothing; an unknown identifier is a non-terminating error.

    .PARAMETER JobId
    The identifier of each, as a GUID.

    .PARAMETER Id
    The identifier of each, as a text.

    .PARAMETER DisplayName
    The name of each; it may contain the wildcards * ? and [abc].

    .PARAMETER AllUsers
    Rejected: OpenDO shows each user only their own downloads.

    .PARAMETER LocalServer
    Get the downloads that were started with -LocalServer.

    .OUTPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload

    Lists all downloads.

    .EXAMPLE
    Get-OdoDownload -DisplayName 'tonight*' | Suspend-OdoDownload

    Suspends those whose names match.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(DefaultParameterSetName = 'DisplayName')]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ParameterSetName = 'JobId',
                   ValueFromPipelineByPropertyName = $true)]
        [Guid[]] $JobId,

        [Parameter(Mandatory = $true, ParameterSetName = 'Id')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Id,

        [Parameter(Position = 0, ParameterSetName = 'DisplayName')]
        [Alias('Name')]
        [string[]] $DisplayName = '*',

        [Parameter(ParameterSetName = 'DisplayName')]
        [switch] $AllUsers,

        [switch] $LocalServer
    )

    process {
        if ($AllUsers) {
            Stop-OdoArgument $PSCmdlet 'OpenDO shows each user only what is his, so -AllUsers is of no use' $null
        }
        $place = 'Here'
        if ($LocalServer) {
            $place = 'Shared'
        }
        if ($PSCmdlet.ParameterSetName -ne 'DisplayName') {
            $wanted = $Id
            if ($PSCmdlet.ParameterSetName -eq 'JobId') {
                $wanted = foreach ($one in $JobId) { $one.ToString('B') }
            }
            $all = @(Get-OdoAll $PSCmdlet $place)
            foreach ($one in $wanted) {
                $guid = [Guid]::Empty
                $found = $null
                if ([Guid]::TryParse($one, [ref] $guid)) {
                    foreach ($download in $all) {
                        if ($download.JobId -eq $guid) {
                            $found = $download
                        }
                    }
                }
                if ($null -ne $found) {
                    $found
                } else {
                    $PSCmdlet.WriteError((New-OdoErrorRecord "Cannot get the download $one" 0x80D02003 (
                        Get-OdoWords 0x80D02003) $one))
                }
            }
            return
        }
        $patterns = foreach ($name in $DisplayName) {
            $pattern = [System.Management.Automation.WildcardPattern]::new($name, 'IgnoreCase')
            try {
                $null = $pattern.IsMatch('')
            } catch {
                Stop-OdoArgument $PSCmdlet "'$name' is no name and no wildcard pattern" $name
            }
            $pattern
        }
        foreach ($download in Get-OdoAll $PSCmdlet $place) {
            foreach ($pattern in $patterns) {
                if ($pattern.IsMatch($download.DisplayName)) {
                    $download
                    break
                }
            }
        }
    }
}

function Set-OdoDownload {
    <#
    .SYNOPSIS
    Changes downloads, before or after they have started.

    .DESCRIPTION
    Changes settings of downloads. A running one is stopped for a moment if its requests change, and
    continues from there. A failure for one is a non-terminating error.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .PARAMETER DisplayName
    A name to find the download by.

    .PARAMETER Description
    Any text to store with the download.

    .PARAMETER Priority
    Foreground uses all available bandwidth. High, Normal and Low, which differ in BITS, all mean
    background.

    .PARAMETER TransferPolicy
    The networks on which it may run, by their cost: Always, Unrestricted, Standard, NotRoaming or
    NoSurcharge. On others it waits.

    .PARAMETER RetryInterval
    The least time between two attempts after a transient failure, in seconds. By default OpenDO
    retries after 2, 4, 8, 16 and then every 30 seconds.

    .PARAMETER RetryTimeout
    For how many seconds it retries without receiving a byte; then it has failed, and can be
    resumed. With 0 the first failure is final. The default is five minutes.

    .PARAMETER CustomHeaders
    Lines such as 'X-Token: abc' to send with each request.

    .PARAMETER CustomHeadersWriteOnly
    Rejected: the owner of a download can read its headers.

    .PARAMETER Credential
    A user name and password for the server, sent when it asks for them. Requires -Authentication
    Basic; they are stored with the download.

    .PARAMETER Authentication
    How the -Credential is sent: Basic. OpenDO has no other way.

    .PARAMETER UseStoredCredential
    None, which is the default: OpenDO has no store of credentials.

    .PARAMETER SecurityFlags
    Faults of a server's certificate to ignore, and other flags, separated by commas: EnableCRLCheck,
    IgnoreCertCNInvalid, IgnoreCertDateInvalid, IgnoreUnknownCA, IgnoreCertWrongUsage; and
    RedirectPolicyAllowHttpsToHttp, without which https does not redirect to http.

    .PARAMETER CertHash
    The SHA-1 hash, 20 bytes, of a certificate with its key, to be sent if the server asks for one.

    .PARAMETER CertStoreLocation
    Where the certificate is: CurrentUser (the default) or LocalMachine.

    .PARAMETER CertStoreName
    The store of the certificate; by default MY.

    .PARAMETER CertSubjectName
    A substring of that certificate's subject, instead of its -CertHash; the first match in the
    store is used.

    .PARAMETER HttpMethod
    GET, which is the default. OpenDO supports no other method.

    .PARAMETER Dynamic
    Accepted for compatibility with BITS, and always in effect: the size need not be known in
    advance.

    .PARAMETER MaxDownloadTime
    Rejected: it is enforced by the waiting cmdlet, so pass it to Start-OdoDownload.

    .PARAMETER ProxyUsage
    SystemDefault, which is the default: OpenDO uses the proxy of the system.

    .PARAMETER ProxyList
    Rejected: OpenDO uses the system's proxy.

    .PARAMETER ProxyBypass
    Rejected: OpenDO uses the system's proxy, with its exceptions.

    .PARAMETER ProxyCredential
    Rejected: OpenDO does not authenticate to proxies.

    .PARAMETER ProxyAuthentication
    Rejected: OpenDO does not authenticate to proxies.

    .PARAMETER NotifyFlags
    Rejected: OpenDO sends no BITS notifications.

    .PARAMETER NotifyCmdLine
    Rejected: OpenDO runs no program when a download ends.

    .PARAMETER ACLFlags
    Rejected: a file gets the permissions of its folder.

    .PARAMETER SetOwnerToCurrentUser
    Rejected: downloads belong to their creator.

    .INPUTS
    OpenDO.Download

    .OUTPUTS
    OpenDO.Download: the same ones.

    .EXAMPLE
    Get-OdoDownload | Set-OdoDownload -Priority Low

    Gives all downloads a low priority.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [Alias('BitsJob')]
        [psobject[]] $Download,

        [string] $DisplayName,

        [string] $Description,

        [ValidateSet('Foreground', 'High', 'Normal', 'Low')]
        [string] $Priority,

        [ValidateNotNullOrEmpty()]
        [string[]] $TransferPolicy,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $RetryInterval,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $RetryTimeout,

        [string[]] $CustomHeaders,

        [switch] $CustomHeadersWriteOnly,

        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $Credential,

        [ValidateSet('Basic', 'Digest', 'Ntlm', 'Negotiate', 'Passport')]
        [string] $Authentication,

        [ValidateSet('None', 'Proxy', 'Server')]
        [string] $UseStoredCredential,

        [ValidateNotNullOrEmpty()]
        [string[]] $SecurityFlags,

        [byte[]] $CertHash,

        [ValidateSet('CurrentUser', 'LocalMachine', 'CurrentService', 'Services', 'Users',
                     'CurrentUserGroupPolicy', 'LocalMachineGroupPolicy', 'LocalMachineEnterprise')]
        [string] $CertStoreLocation,

        [ValidateNotNullOrEmpty()]
        [string] $CertStoreName,

        [string] $CertSubjectName,

        [string] $HttpMethod,

        [switch] $Dynamic,

        [ValidateRange(0, [int]::MaxValue)]
        [int] $MaxDownloadTime,

        [ValidateSet('SystemDefault', 'NoProxy', 'AutoDetect', 'Override')]
        [string] $ProxyUsage,

        [Uri[]] $ProxyList,

        [string[]] $ProxyBypass,

        [System.Management.Automation.PSCredential]
        [System.Management.Automation.Credential()]
        $ProxyCredential,

        [ValidateSet('Basic', 'Digest', 'Ntlm', 'Negotiate', 'Passport')]
        [string] $ProxyAuthentication,

        [string[]] $NotifyFlags,

        [string[]] $NotifyCmdLine,

        [string[]] $ACLFlags,

        [switch] $SetOwnerToCurrentUser
    )

    process {
        if ($PSBoundParameters.ContainsKey('MaxDownloadTime')) {
            Stop-OdoArgument $PSCmdlet ('-MaxDownloadTime is a limit of Start-OdoDownload while it waits; ' +
                'nobody would look at the clock later') $MaxDownloadTime
        }
        $settings = ConvertTo-OdoSettings $PSCmdlet $PSBoundParameters
        foreach ($one in $Download) {
            if (-not $PSCmdlet.ShouldProcess($one.Source -join ', ', 'Set')) {
                continue
            }
            $failure = Invoke-OdoAction { foreach ($part in $one.Parts) { Set-OdoPart $part $settings } }
            if ($failure -is [Exception]) {
                $PSCmdlet.WriteError((ConvertTo-OdoErrorRecord `
                    "Cannot change the download of $($one.Source -join ', ')" $failure $one))
            } else {
                $one
            }
        }
    }
}

function Suspend-OdoDownload {
    <#
    .SYNOPSIS
    Suspends downloads.

    .DESCRIPTION
    Suspends downloads. Received data is kept, and Resume-OdoDownload continues from there. A
    failure for one is a non-terminating error.

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
        [Alias('BitsJob')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Source -join ', ', 'Suspend') -and
                (Invoke-OdoDownload $PSCmdlet $one 'Pause')) {
                $one
            }
        }
    }
}

function Resume-OdoDownload {
    <#
    .SYNOPSIS
    Continues downloads that were suspended or have failed.

    .DESCRIPTION
    Continues downloads, -ThrottleLimit of them at a time, shows their progress, and returns when
    the files are complete. With -Asynchronous it returns at once; Complete-OdoDownload then gives
    the
    files their names.

    A download that fails, or fails again, is a non-terminating error with the download as its
    TargetObject, and the others continue. Neither a failure nor Ctrl+C deletes anything: received
    data is kept, and the download can be resumed again.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .PARAMETER Asynchronous
    Return the downloads at once.

    .PARAMETER ThrottleLimit
    How many are fetched at a time; 4 by default.

    .PARAMETER PassThru
    Return each download when it is complete, in the order of completion.

    .INPUTS
    OpenDO.Download

    .OUTPUTS
    OpenDO.Download with -Asynchronous or -PassThru, else nothing.

    .EXAMPLE
    Get-OdoDownload | Resume-OdoDownload

    Continues all downloads until they are complete.

    .LINK
    Suspend-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [OutputType('OpenDO.Download')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [Alias('BitsJob')]
        [psobject[]] $Download,

        [switch] $Asynchronous,

        [ValidateRange(1, 64)]
        [int] $ThrottleLimit = 4,

        [switch] $PassThru
    )

    begin {
        $runs = [System.Collections.Generic.List[object]]::new()
    }

    process {
        foreach ($one in $Download) {
            if (-not $PSCmdlet.ShouldProcess($one.Source -join ', ', 'Resume')) {
                continue
            }
            if (-not $Asynchronous) {
                $runs.Add((New-OdoRun $one $null ($runs.Count + 1)))
            } elseif (Invoke-OdoDownload $PSCmdlet $one 'Resume') {
                $one
            }
        }
    }

    end {
        if ($runs.Count -gt 0) {
            Wait-OdoDownload $PSCmdlet $runs.ToArray() $ThrottleLimit -PassThru:$PassThru
        }
    }
}

function Complete-OdoDownload {
    <#
    .SYNOPSIS
    Gives files that have been downloaded their names.

    .DESCRIPTION
    The end of an asynchronous download: each file gets its name in one step and replaces what was
    there. One whose JobState is not yet Transferred is a non-terminating error, and stays as it is.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .INPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload | Where-Object JobState -eq Transferred | Complete-OdoDownload

    Completes whatever has arrived.

    .LINK
    Start-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [Alias('BitsJob')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if (-not $PSCmdlet.ShouldProcess($one.Destination -join ', ', 'Complete')) {
                continue
            }
            $state = $one.GetStatus().State
            if ($one.Parts.Count -gt 1 -and $state -notin 'Transferred', 'Finalized') {
                $PSCmdlet.WriteError((New-OdoErrorRecord "Cannot complete the download of $($one.Source -join ', ')" `
                    0x80D02013 "$(Get-OdoWords 0x80D02013): not all of its files have arrived" $one))
                continue
            }
            $null = Invoke-OdoDownload $PSCmdlet $one 'Finalize'
        }
    }
}

function Remove-OdoDownload {
    <#
    .SYNOPSIS
    Stops downloads and deletes what has arrived.

    .DESCRIPTION
    The end of a download that is not wanted any more: what has come is deleted, and files that were
    there before are as they were. It is called Stop-OdoDownload too. One that has ended already is a
    non-terminating error.

    .PARAMETER Download
    The downloads, from Start-OdoDownload or Get-OdoDownload.

    .INPUTS
    OpenDO.Download

    .EXAMPLE
    Get-OdoDownload | Remove-OdoDownload

    Deletes all downloads. With -Confirm it asks for each of them.

    .LINK
    Suspend-OdoDownload
    #>
    [CmdletBinding(SupportsShouldProcess = $true)]
    [Alias('Stop-OdoDownload')]
    param(
        [Parameter(Mandatory = $true, Position = 0, ValueFromPipeline = $true)]
        [PSTypeName('OpenDO.Download')]
        [Alias('BitsJob')]
        [psobject[]] $Download
    )

    process {
        foreach ($one in $Download) {
            if ($PSCmdlet.ShouldProcess($one.Source -join ', ', 'Remove')) {
                $null = Invoke-OdoDownload $PSCmdlet $one 'Cancel'
            }
        }
    }
}

# --- Completion -------------------------------------------------------------------------------

# What a tab offers for a parameter: this property of the downloads that there are.
function Complete-OdoArgument {
    param([string] $Property, [string] $Word, [System.Collections.IDictionary] $Bound)

    $begun = $Word.Trim('"', "'")
    $switches = @{}
    if ($Bound['LocalServer']) {
        $switches['LocalServer'] = $true
    }
    foreach ($download in Get-OdoDownload @switches) {
        $text = [string] $download.$Property
        if ($text.StartsWith($begun, [StringComparison]::OrdinalIgnoreCase)) {
            $quoted = $text
            if ($text -notmatch '^[\w.-]+$') {
                $quoted = "'" + $text.Replace("'", "''") + "'"
            }
            [System.Management.Automation.CompletionResult]::new(
                $quoted, $text, 'ParameterValue', "$($download.JobState): $($download.Destination -join ', ')")
        }
    }
}

Register-ArgumentCompleter -CommandName Get-OdoDownload -ParameterName Id -ScriptBlock {
    param($command, $parameter, $word, $tree, $bound)
    Complete-OdoArgument 'Id' $word $bound
}
Register-ArgumentCompleter -CommandName Get-OdoDownload -ParameterName JobId -ScriptBlock {
    param($command, $parameter, $word, $tree, $bound)
    Complete-OdoArgument 'JobId' $word $bound
}
Register-ArgumentCompleter -CommandName Get-OdoDownload -ParameterName DisplayName -ScriptBlock {
    param($command, $parameter, $word, $tree, $bound)
    Complete-OdoArgument 'DisplayName' $word $bound
}

Export-ModuleMember -Alias Stop-OdoDownload -Function Start-OdoDownload, Add-OdoFile, Get-OdoDownload,
    Set-OdoDownload, Suspend-OdoDownload, Resume-OdoDownload, Complete-OdoDownload, Remove-OdoDownload
