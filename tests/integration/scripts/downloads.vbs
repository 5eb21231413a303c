' What OpenDO.Downloads is to VBScript: cscript downloads.vbs BASE_URL FOLDER
'
' Prints "ok SENTENCE" or "not ok SENTENCE: what was seen" for each case, and quits with how many
' failed: an error that nobody catches would end cscript with 0.
Option Explicit

Dim base, folder, files, downloads, failed
base = WScript.Arguments.Item(0)
folder = WScript.Arguments.Item(1)
failed = 0
Set files = CreateObject("Scripting.FileSystemObject")
Set downloads = CreateObject("OpenDO.Downloads")

' An object with a default method, as OnProgress takes one.
Class Listener
    Public Calls
    Public LastState
    Public LastId

    Public Default Sub Told(download)
        Calls = Calls + 1
        LastState = download.State
        LastId = download.Id
    End Sub
End Class

Sub Check(sentence, seen, wanted)
    If Err.Number <> 0 Then
        WScript.Echo "not ok " & sentence & ": " & Hex(Err.Number) & " " & Err.Description
        Err.Clear
        failed = failed + 1
    ElseIf CStr(seen) = CStr(wanted) Then
        WScript.Echo "ok " & sentence
    Else
        WScript.Echo "not ok " & sentence & ": " & seen & " is not " & wanted
        failed = failed + 1
    End If
End Sub

Function PathOf(name)
    PathOf = folder & "\" & name
End Function

Function Content(name)
    Dim file
    Set file = files.OpenTextFile(PathOf(name))
    Content = file.ReadAll
    file.Close
End Function

' The file that ranges of /file make, once it is there.
Function GetFile(name, ranges)
    Dim download
    Set download = downloads.Add(base & "/file", PathOf(name), ranges)
    download.Start
    If download.Wait(60) Then
        download.Finalize
        GetFile = Content(name)
    Else
        GetFile = download.StateText & " " & download.ErrorText
        download.Cancel
    End If
End Function

' What an error was, as a text; and there is none any more.
Function TakeError()
    TakeError = Hex(Err.Number) & "|" & Err.Description & "|" & Err.Source
    Err.Clear
End Function

Dim download, item, count, seen, headers, listener, i
On Error Resume Next

Check "ranges are a text, and land in the order given", GetFile("text.bin", "16-23,0-7"), "0000002,0000000,"
Check "ranges are an array of texts", GetFile("texts.bin", Array("0-7", "24-31,999992-")), _
    "0000000,0000003,0124999,"
Check "ranges are an array of numbers", GetFile("numbers.bin", Array(0, 7, 24, 31)), "0000000,0000003,"
Check "ranges are an array of arrays", GetFile("arrays.bin", Array(Array(8, 15), Array(999992))), _
    "0000001,0124999,"

Dim some(1)
some(0) = "8-15"
some(1) = "0-7"
Check "ranges are in a variable", GetFile("variable.bin", some), "0000001,0000000,"

Set headers = CreateObject("Scripting.Dictionary")
headers.Add "X-First", "one"
headers.Add "X-Second", 2
Set download = downloads.Add(base & "/headers", PathOf("headers.bin"), Empty, headers)
download.Start
If download.Wait(60) Then download.Finalize
Check "headers are a dictionary", Content("headers.bin"), "X-First=one;X-Second=2;"

Set download = downloads.Add(base & "/headers", PathOf("lines.bin"))
download.Headers = Array("X-First: 1", "X-Second: 2")
download.Start
If download.Wait(60) Then download.Finalize
Check "headers are an array", Content("lines.bin"), "X-First=1;X-Second=2;"

Set listener = New Listener
Set download = downloads.Add(base & "/file", PathOf("progress.bin"))
Set download.OnProgress = listener
download.Start
seen = download.Wait(60)
Check "Wait says that all is there", seen, True
Check "the sizes are told", download.BytesTransferred & " of " & download.BytesTotal, "1000000 of 1000000"
' What was told last may still be on its way: let it through.
Set item = downloads.Add(base & "/stalled", PathOf("pump.bin"))
item.Start
For i = 1 To 600
    If listener.LastState = 2 Then Exit For
    item.Wait 0.1
Next
item.Cancel
Check "OnProgress is told the last state, by a default method", listener.LastState, 2
Check "OnProgress gets the download", listener.LastId, download.Id
Set download.OnProgress = Nothing
Check "OnProgress is taken back with Nothing", download.OnProgress Is Nothing, True
download.Finalize
Check "Finalize ends it", download.StateText, "Finalized"

count = 0
Set download = downloads.Add(base & "/file", PathOf("listed.bin"))
download.DisplayName = "listed"
download.Priority = "foreground"
For Each item In downloads
    If item.Id = download.Id Then count = count + 1
Next
Check "For Each lists it once", count, 1
Check "it is found by its Id", downloads.Item(download.Id).DisplayName, "listed"
Check "its Id is the default", downloads(download.Id).Priority, "foreground"
download.Cancel
Check "Cancel ends it", download.StateText, "Aborted"

downloads.Add base & "/file", PathOf("bad.bin"), "0-7,9-8"
Check "a bad range is an error with a sentence and a source", TakeError(), _
    "80D05010|Range 2 ends before it begins|OpenDO.Downloads"
Set download = downloads.Add(base & "/missing", PathOf("missing.bin"))
download.Start
Check "Wait says that it came to a halt", download.Wait(60), False
Check "what the server refuses is an error with words", Hex(download.Error) & "|" & download.ErrorText, _
    "80190194|The server answered with HTTP status 404"
download.Finalize
Check "what has not come cannot be finalized", Left(TakeError(), 8), "80D02013"
download.Cancel
Check "nothing is left of it", files.FileExists(PathOf("missing.bin")), False

WScript.Quit failed
