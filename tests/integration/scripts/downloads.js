// What OpenDO.Downloads is to JScript: cscript downloads.js BASE_URL FOLDER
//
// Prints "ok SENTENCE" or "not ok SENTENCE: what was seen" for each case, and quits with how many
// failed: an error that nobody catches would end cscript with 0.

var base = WScript.Arguments.Item(0);
var folder = WScript.Arguments.Item(1);
var files = new ActiveXObject("Scripting.FileSystemObject");
var downloads = new ActiveXObject("OpenDO.Downloads");
var failed = 0;

function check(sentence, test) {
    var seen;

    try {
        seen = test();
    } catch (error) {
        seen = "threw " + hex(error.number) + " " + error.message;
    }
    if (seen === true) {
        WScript.Echo("ok " + sentence);
    } else {
        WScript.Echo("not ok " + sentence + ": " + seen);
        failed++;
    }
}

function hex(number) {
    return "0x" + (number >>> 0).toString(16).toUpperCase();
}

// True if it is as wanted, else words for what it is.
function is(seen, wanted) {
    return seen === wanted || seen + " is not " + wanted;
}

function path(name) {
    return folder + "\\" + name;
}

function content(name) {
    var file = files.OpenTextFile(path(name));
    var text = file.AtEndOfStream ? "" : file.ReadAll();

    file.Close();
    return text;
}

function exists(name) {
    return files.FileExists(path(name));
}

// The file that ranges of /file make, once it is there.
function get(name, ranges, headers) {
    var download = downloads.Add(base + "/file", path(name), ranges, headers);

    download.Start();
    if (!download.Wait(60)) {
        throw new Error(-1, download.StateText + " " + download.ErrorText);
    }
    download.Finalize();
    return content(name);
}

// That a call fails with this number and with words of this sort.
function fails(number, words, call) {
    try {
        call();
    } catch (error) {
        if (hex(error.number) !== number) {
            return hex(error.number) + " is not " + number + " (" + error.description + ")";
        }
        return error.description.indexOf(words) >= 0 || "'" + error.description + "' lacks '" + words + "'";
    }
    return "it did not fail";
}

check("a version is told", function () {
    return /^\d+\.\d+/.test(downloads.Version);
});

check("ranges are a text, and land in the order given", function () {
    return is(get("text.bin", "16-23,0-7"), "0000002,0000000,");
});

check("ranges may go to the end", function () {
    return is(get("end.bin", "999984-"), "0124998,0124999,");
});

check("without ranges the whole file comes", function () {
    return is(get("whole.bin").length, 1000000);
});

check("ranges are an array of texts", function () {
    return is(get("texts.bin", ["0-7", "24-31,8-15"]), "0000000,0000003,0000001,");
});

check("ranges are an array of numbers, first and last in turn", function () {
    return is(get("numbers.bin", [0, 7, 24, 31]), "0000000,0000003,");
});

check("ranges are an array of arrays, and one number goes to the end", function () {
    return is(get("arrays.bin", [[0, 7], [999992]]), "0000000,0124999,");
});

check("headers are members of an object", function () {
    var download = downloads.Add(base + "/headers", path("headers.bin"), null,
                                 { "X-First": "one", "X-Second": 2 });

    download.Start();
    return download.Wait(60) && (download.Finalize(),
        is(content("headers.bin"), "X-First=one;X-Second=2;"));
});

check("headers are lines of text, and told so", function () {
    var download = downloads.Add(base + "/headers", path("lines.bin"), "", "X-First: 1\nX-Second: 2\n");

    download.Start();
    return download.Wait(60) && (download.Finalize(),
        is(content("lines.bin"), "X-First=1;X-Second=2;")) === true &&
        is(download.Headers, "X-First: 1\r\nX-Second: 2");
});

check("a new download has begun nothing", function () {
    var download = downloads.Add(base + "/file", path("new.bin"));

    return is([download.State, download.StateText, download.Error, download.ErrorText, download.BytesTotal,
               download.BytesTransferred, download.DisplayName, download.Priority,
               download.KeepAfterExit, download.Ranges, download.Path === path("new.bin")].join("|"),
              "0|Created|0||0|0||background|false||true");
});

check("OnProgress is called with the download, and told the last state", function () {
    var download = downloads.Add(base + "/file", path("progress.bin"));
    var states = [];
    var strangers = 0;

    download.OnProgress = function (told) {
        states.push(told.State);
        strangers += told.Id !== download.Id;
    };
    if (typeof download.OnProgress !== "function") {
        return typeof download.OnProgress;
    }
    download.Start();
    if (!download.Wait(60)) {
        return download.StateText;
    }
    // What was told last may still be on its way.
    for (var i = 0; i < 600 && states[states.length - 1] !== 2; i++) {
        downloads.Add(base + "/stalled", path("pump.bin")).Start();
        for (var all = new Enumerator(downloads); !all.atEnd(); all.moveNext()) {
            if (all.item().Path === path("pump.bin")) {
                all.item().Wait(0.1);
                all.item().Cancel();
            }
        }
    }
    download.Cancel();
    return strangers === 0 && is(states[states.length - 1], 2);
});

check("OnProgress is taken back with null", function () {
    var download = downloads.Add(base + "/file", path("quiet.bin"));
    var calls = 0;

    download.OnProgress = function () { calls++; };
    download.OnProgress = null;
    download.Start();
    return download.Wait(60) && (download.Cancel(), is(calls, 0));
});

check("OnProgress may call back, and what it throws is its own", function () {
    var download = downloads.Add(base + "/stalled", path("inside.bin"));

    download.OnProgress = function (told) {
        told.Cancel();
        throw new Error(-1, "not for you");
    };
    download.Start();
    return download.Wait(60) === false && is(download.StateText, "Aborted");
});

check("Wait gives up after its time", function () {
    var download = downloads.Add(base + "/stalled", path("stalled.bin"));
    var seen;

    download.Start();
    seen = download.Wait(0.05) === false && is(download.StateText, "Transferring");
    download.Cancel();
    return seen;
});

check("Pause halts, Wait says so, and Resume goes on", function () {
    var download = downloads.Add(base + "/half", path("half.bin"));
    var halted;

    download.Start();
    while (download.BytesTransferred === 0 && !download.Wait(0.05)) {
        if (download.StateText !== "Transferring") {
            return download.StateText + " " + download.ErrorText;
        }
    }
    download.Pause();
    halted = download.Wait(60) === false && download.StateText === "Paused" && download.Error === 0;
    download.Resume();
    return halted && download.Wait(60) && (download.Finalize(), is(content("half.bin").length, 1000000));
});

check("Cancel leaves nothing", function () {
    var download = downloads.Add(base + "/file", path("cancelled.bin"));

    download.Start();
    download.Wait(60);
    download.Cancel();
    return is(download.StateText, "Aborted") === true && !exists("cancelled.bin") || "it exists";
});

check("what the server refuses is an error with words", function () {
    var download = downloads.Add(base + "/missing", path("missing.bin"));

    download.Start();
    if (download.Wait(60) !== false) {
        return "Wait said true";
    }
    return is([download.StateText, hex(download.Error), download.ErrorText, exists("missing.bin")].join("|"),
              "Paused|0x80190194|The server answered with HTTP status 404|false");
});

check("a download is found by its Id, and is the same object", function () {
    var download = downloads.Add(base + "/file", path("found.bin"));
    var found = downloads.Item(download.Id);

    found.DisplayName = "found";
    return is(download.DisplayName, "found") === true && is(downloads(download.Id).Url, base + "/file");
});

check("all are listed until they end", function () {
    var download = downloads.Add(base + "/file", path("listed.bin"));
    var before = downloads.Count;
    var seen = 0;

    for (var all = new Enumerator(downloads); !all.atEnd(); all.moveNext()) {
        seen += all.item().Id === download.Id;
    }
    download.Cancel();
    return is(seen + " " + (before - downloads.Count), "1 1");
});

check("properties go by their names", function () {
    var download = downloads.Add(base + "/file", path("named.bin"), "0-7");

    download.SetProperty("NoProgressTimeoutSeconds", 120);
    if (download.GetProperty("HttpStatusCode") !== undefined) {
        return "a status before there was any";
    }
    download.Start();
    return download.Wait(60) && is(download.GetProperty("NoProgressTimeoutSeconds") + " " +
        download.GetProperty("httpstatuscode"), "120 206");
});

check("a malformed range fails with its place", function () {
    return fails("0x80070057", "Range 2 is not FIRST-LAST", function () {
        downloads.Add(base + "/file", path("bad.bin"), "0-7,eight");
    });
});

check("a range that ends before it begins fails", function () {
    return fails("0x80D05010", "Range 1 ends before it begins", function () {
        downloads.Add(base + "/file", path("bad.bin"), ["9-3"]);
    });
});

check("an odd number of numbers fails", function () {
    return fails("0x80070057", "Range 2 does not have two whole numbers", function () {
        downloads.Add(base + "/file", path("bad.bin"), [0, 7, 8]);
    });
});

check("ranges of another type fail", function () {
    return fails("0x80020005", "Ranges are a text", function () {
        downloads.Add(base + "/file", path("bad.bin"), true);
    });
});

check("ranges that overlap fail at Start", function () {
    return fails("0x80D05012", "cannot be started", function () {
        downloads.Add(base + "/file", path("bad.bin"), "0-7,7-9").Start();
    });
});

check("a header that is none fails, and its text is not told", function () {
    return fails("0x80070057", "Header 2 is not 'Name: value'", function () {
        downloads.Add(base + "/file", path("bad.bin"), null, ["A: b", "secret"]);
    });
});

check("a header with a line of its own inside fails", function () {
    return fails("0x80070057", "Header 1", function () {
        downloads.Add(base + "/file", path("bad.bin"), null, { "A": "b\r\nHost: evil" });
    });
});

check("a URL of another scheme fails", function () {
    return fails("0x800C0002", "http or https", function () {
        downloads.Add("ftp://127.0.0.1/file", path("bad.bin"));
    });
});

check("an empty path fails", function () {
    return fails("0x80070057", "The path is empty", function () {
        downloads.Add(base + "/file", "");
    });
});

check("a priority there is not fails", function () {
    return fails("0x80070057", "'background' or 'foreground'", function () {
        downloads.Add(base + "/file", path("bad.bin")).Priority = "high";
    });
});

check("waiting for what was not started fails", function () {
    return fails("0x80D02013", "has not been started", function () {
        downloads.Add(base + "/file", path("bad.bin")).Wait();
    });
});

check("finalizing what has not come fails", function () {
    return fails("0x80D02013", "cannot be finalized", function () {
        downloads.Add(base + "/file", path("bad.bin")).Finalize();
    });
});

check("a property there is not fails", function () {
    return fails("0x80D02011", "There is no property 'Colour'", function () {
        downloads.Add(base + "/file", path("bad.bin")).GetProperty("Colour");
    });
});

check("an Id there is not fails", function () {
    return fails("0x80D02003", "There is no download", function () {
        downloads.Item("{00000000-0000-0000-0000-000000000000}");
    });
});

check("what failed has left nothing behind", function () {
    for (var all = new Enumerator(downloads); !all.atEnd(); all.moveNext()) {
        if (all.item().Headers !== "" && all.item().StateText === "Created") {
            return all.item().Headers;
        }
    }
    return !exists("bad.bin");
});

WScript.Quit(failed);
