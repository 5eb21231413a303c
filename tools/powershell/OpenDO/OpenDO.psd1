@{
    RootModule           = 'OpenDO.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '232a57bd-dc55-4349-b4f8-7fd51a6e0711'
    Author               = 'The OpenDO project'
    Copyright            = 'MIT licence'
    Description          = 'Downloads files, or chosen byte ranges of them, by OpenDO: Delivery Optimization in the open.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    TypesToProcess       = @('OpenDO.Types.ps1xml')
    FormatsToProcess     = @('OpenDO.Format.ps1xml')
    FunctionsToExport    = @('Start-OdoDownload', 'Add-OdoFile', 'Get-OdoDownload', 'Set-OdoDownload',
                             'Suspend-OdoDownload', 'Resume-OdoDownload', 'Complete-OdoDownload',
                             'Remove-OdoDownload')
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @('Stop-OdoDownload')
    PrivateData          = @{ PSData = @{ Tags = @('Download', 'DeliveryOptimization', 'BITS') } }
}
