// Late bound: OpenDO.Downloads by its ProgID and `dynamic`, without OpenDO.Interop.cs.

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class LateBoundTests
    {
        private static readonly dynamic downloads =
            Activator.CreateInstance(Type.GetTypeFromProgID("OpenDO.Downloads"));

        public static void Run()
        {
            Test("late bound, ranges are fetched", Ranges);
            Test("late bound, properties are there and change", Properties);
            Test("late bound, a method of C# hears of the progress", Progress);
            Test("late bound, downloads are enumerated and found", Enumerated);
            Test("late bound, failures are exceptions with code and words", Failures);
        }

        private static void Ranges()
        {
            string path = FreshPath();

            dynamic download = downloads.Add(Url("file"), path, "900000-900099,0-0,999000-");
            download.Start();
            Check(download.Wait(Deadline.TotalSeconds), "it arrives");
            Equal("Transferred", (string)download.StateText, "state");
            download.Finalize();
            EqualBytes(Join(Content(900000, 100), Content(0, 1), Content(999000, 1000)),
                       File.ReadAllBytes(path));
            Equal(1101.0, (double)download.BytesTotal, "bytes in all");
            Equal(3, (int)download.State, "state as a number");
        }

        private static void Properties()
        {
            string path = FreshPath();
            dynamic download = downloads.Add(Url("file"), path);

            Check(Guid.TryParse(download.Id, out Guid _), "its id is a GUID");
            Equal(path, (string)download.Path, "path");
            Equal("", (string)download.Ranges, "no ranges");
            download.Ranges = new[] { "0-9", "20-29" };
            Equal("0-9,20-29", (string)download.Ranges, "ranges of an array of texts");
            download.Ranges = new[] { 5, 6, 8, 9 };
            Equal("5-6,8-9", (string)download.Ranges, "ranges of an array of numbers");
            download.DisplayName = "Grüße, 世界";
            Equal("Grüße, 世界", (string)download.DisplayName, "display name");
            download.Headers = "X-A: 1";
            Check(((string)download.Headers).Contains("X-A: 1"), "headers");
            download.Priority = "foreground";
            Equal("foreground", (string)download.Priority, "priority");
            download.SetProperty("CorrelationVector", "abc.1");
            Equal("abc.1", (string)download.GetProperty("CorrelationVector"), "any property");
            download.Cancel();
            Equal("Aborted", (string)download.StateText, "state");
        }

        /// <summary>An object whose default method (DISPID 0) is called with the download.</summary>
        [ComVisible(true), ClassInterface(ClassInterfaceType.AutoDispatch)]
        public sealed class Listener
        {
            public readonly ManualResetEvent Arrived = new ManualResetEvent(false);

            [DispId(0)]
            public void Progress(object news)
            {
                dynamic download = news;

                if (download.StateText == "Transferred")
                {
                    Arrived.Set();
                }
            }
        }

        private static void Progress()
        {
            dynamic download = downloads.Add(Url("file"), FreshPath());
            var listener = new Listener();

            download.OnProgress = listener;
            download.Start();
            Await(listener.Arrived, "the listener hears that it is transferred");
            download.OnProgress = null;
            download.Cancel();
        }

        private static void Enumerated()
        {
            dynamic download = downloads.Add(Url("file"), FreshPath());
            var ids = new List<string>();

            foreach (dynamic one in downloads)
            {
                ids.Add(one.Id);
            }
            Check(ids.Contains((string)download.Id), "it is among them");
            Equal(ids.Count, (int)downloads.Count, "Count");
            Equal((string)download.Id, (string)downloads.Item(download.Id).Id, "found by its id");
            download.Cancel();
        }

        private static void Failures()
        {
            ThrowsWords(0x80D05012, () => downloads.Add(Url("file"), FreshPath(), "0-9,5-20").Start());
            ThrowsWords(0x80D02003, () => downloads.Item(Guid.NewGuid().ToString()));
            dynamic download = downloads.Add(Url("missing"), FreshPath());
            download.Start();
            Check(!(bool)download.Wait(Deadline.TotalSeconds), "it does not arrive");
            Equal("80190194", ((int)download.Error).ToString("X8"), "error");
            Check(((string)download.ErrorText).Length > 0, "in words");
            ThrowsWords(0x80D02013, () => download.Finalize());
            download.Cancel();
        }

        private static void ThrowsWords(uint code, Action action)
        {
            try
            {
                action();
            }
            catch (COMException error)
            {
                Equal(code.ToString("X8"), error.HResult.ToString("X8"), "HRESULT");
                Check(error.Message.Contains(" "), "'" + error.Message + "' has words");
                return;
            }
            throw new Failure("it throws nothing");
        }
    }
}
