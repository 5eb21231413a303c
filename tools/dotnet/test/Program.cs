// Tests of OpenDO.Interop.cs against the registered server. Driven by tools/dotnet/test_dotnet.py.
//
//     test_interop URL FOLDER NAMES DLL [WORD]
//
// URL is that of the content server, with a slash at its end; FOLDER is an empty one to download
// to; NAMES is the table of names that are made from URLs; DLL is the server's, for its type library.
// With WORD only the tests that have it in their name run.

using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Http;
using System.Runtime.InteropServices;
using System.Threading;

namespace OpenDO.InteropTest
{
    /// <summary>A test that found what should not be.</summary>
    public sealed class Failure : Exception
    {
        public Failure(string message) : base(message)
        {
        }
    }

    public static class Program
    {
        private static string url;
        private static string folder;
        private static string word;
        private static int passed;
        private static readonly List<string> failed = new List<string>();

        /// <summary>How long to wait for what must happen.</summary>
        public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

        public static int Main(string[] arguments)
        {
            if (arguments.Length == 3 && arguments[0] == LifetimeTests.Careless)
            {
                return LifetimeTests.Leave(arguments[1], arguments[2]);
            }
            if (arguments.Length < 4)
            {
                Console.Error.WriteLine("usage: test_interop URL FOLDER NAMES DLL [WORD]");
                return 2;
            }
            url = arguments[0];
            folder = arguments[1];
            word = arguments.Length > 4 ? arguments[4] : "";

#if !OPENDO_GENERATED_COM // the structures have another form in memory there, and nothing is late bound
            LayoutTests.Run();
            TypeLibTests.Run(arguments[3]);
            LateBoundTests.Run();
#endif
            NameTests.Run(arguments[2]);
            JobTests.Run();
            DownloadTests.Run();
            ComfortTests.Run();
            LifetimeTests.Run();

            Console.WriteLine("[  PASSED  ] {0} test(s).", passed);
            if (failed.Count == 0)
            {
                return 0;
            }
            Console.WriteLine("[  FAILED  ] {0} test(s).", failed.Count);
            foreach (string name in failed)
            {
                Console.WriteLine("[  FAILED  ] {0}", name);
            }
            return 1;
        }

        /// <summary>One test. Its name is a sentence.</summary>
        public static void Test(string name, Action body)
        {
            if (!name.Contains(word))
            {
                return;
            }
            Console.WriteLine("[ RUN      ] {0}", name);
            try
            {
                body();
                passed++;
                Console.WriteLine("[       OK ] {0}", name);
            }
            catch (Exception error)
            {
                failed.Add(name);
                Console.WriteLine("[  ERROR   ] {0}", error);
            }
        }

        public static string Url(string name)
        {
            return url + name;
        }

        /// <summary>A path to download to, where nothing is.</summary>
        public static string FreshPath()
        {
            return Path.Combine(folder, Guid.NewGuid().ToString("N"));
        }

        /// <summary>Tell the server to let go of what it holds back under /slow, or to hold it.</summary>
        public static void Server(string what)
        {
            using (var client = new HttpClient())
            {
                client.GetByteArrayAsync(Url(what)).GetAwaiter().GetResult();
            }
        }

        /// <summary>The bytes of /file: each stretch of eight says where it is.</summary>
        public static byte[] Content(long offset, long length)
        {
            var bytes = new byte[length];

            for (long i = 0; i < length; i++)
            {
                long at = offset + i;
                bytes[i] = (byte)((at / 8).ToString("D7") + ",")[(int)(at % 8)];
            }
            return bytes;
        }

        public const long ContentLength = 1000000;

        public static byte[] Join(params byte[][] parts)
        {
            var all = new List<byte>();

            foreach (byte[] part in parts)
            {
                all.AddRange(part);
            }
            return all.ToArray();
        }

        public static void Check(bool condition, string sentence)
        {
            if (!condition)
            {
                throw new Failure("this does not hold: " + sentence);
            }
        }

        public static void Equal<T>(T expected, T actual, string what)
        {
            if (!EqualityComparer<T>.Default.Equals(expected, actual))
            {
                throw new Failure(what + ": expected " + expected + ", got " + actual);
            }
        }

        public static void EqualBytes(byte[] expected, byte[] actual)
        {
            Equal(expected.Length, actual.Length, "number of bytes");
            for (int i = 0; i < expected.Length; i++)
            {
                if (expected[i] != actual[i])
                {
                    throw new Failure("byte " + i + " differs");
                }
            }
        }

        /// <summary>The action throws an exception of this kind with this HRESULT.</summary>
        public static void Throws<T>(uint code, Action action) where T : Exception
        {
            try
            {
                action();
            }
            catch (T error)
            {
                Equal(code.ToString("X8"), error.HResult.ToString("X8"), "HRESULT");
                return;
            }
            throw new Failure("it throws no " + typeof(T).Name);
        }

        public static void Throws(int code, Action action)
        {
            Throws<COMException>((uint)code, action);
        }

        public static void Await(WaitHandle handle, string what)
        {
            Check(handle.WaitOne(Deadline), "in time: " + what);
        }
    }
}
