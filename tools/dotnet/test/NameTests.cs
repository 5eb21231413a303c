// Names that are made from URLs, by the table that odo and PowerShell have too.

using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class NameTests
    {
        public static void Run(string table)
        {
            Test("names are made from URLs as the table says", () =>
            {
                int rows = 0;
                foreach (string line in File.ReadAllLines(table))
                {
                    string[] fields = line.Split('\t');
                    if (!line.StartsWith("#"))
                    {
                        Equal(fields[2], LocalName.FromUrl(fields[1]), fields[0] + ", " + fields[1]);
                        rows++;
                    }
                }
                Check(rows > 80, "there are rows");
            });

            Test("whatever the URL, the name is that of a file directly in the folder", () =>
            {
                var parts = new List<string>
                {
                    "..", "%2E", "%5C", "%2f", "/", "\\", ":", "%3A", "C", "nul", "com1", ".", "%20", " ",
                    "?", "#", "%00", "%C0%AF", "%E2%80%AE", "%FF", "%", "%25", "5C", "a", "b.txt", "\uD800",
                    "\uFF0F", "%F0%9F%98%80", "*", "\"", "|", "%7F", "%C3%A9", "~1", "$", new string('x', 130)
                };
                var random = new Random(17);
                int named = 0;
                for (int i = 0; i < 20000; i++)
                {
                    string url = "http://h/";
                    for (int k = random.Next(1, 12); k > 0; k--)
                    {
                        url += parts[random.Next(parts.Count)];
                    }
                    string name = LocalName.FromUrl(url);
                    if (name.Length == 0)
                    {
                        continue;
                    }
                    named++;
                    string full = Path.GetFullPath(Path.Combine(@"C:\in", name));
                    Check(name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0, name + " of " + url);
                    Equal(@"C:\in", Path.GetDirectoryName(full), "the folder for " + url);
                    Equal(name, Path.GetFileName(full), "the name of " + url + " as Windows has it");
                    Check(Encoding.UTF8.GetByteCount(name) <= 255, "it is short enough");
                }
                Check(named > 1000, "many have a name");
            });
        }
    }
}
