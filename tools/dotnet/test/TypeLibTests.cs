// Each interface, structure and enumeration of OpenDO.Interop.cs as .NET sees it, beside the type
// library that dosvc.dll carries: identifiers, slots, names, types and offsets, member by member.

using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.ComTypes;
using OpenDO.Interop;
using static OpenDO.InteropTest.Program;

namespace OpenDO.InteropTest
{
    public static class TypeLibTests
    {
        private static ITypeLib library;

        [DllImport("oleaut32.dll", CharSet = CharSet.Unicode, PreserveSig = false)]
        private static extern void LoadTypeLibEx(string path, int kind, out ITypeLib library);

        public static void Run(string dll)
        {
            LoadTypeLibEx(dll, 2 /* REGKIND_NONE */, out library);
            Test("interfaces are those of the type library, each slot and parameter", Interfaces);
            Test("structures are those of the type library, each member and offset", Structures);
            Test("enumerations are those of the type library, each value", Enumerations);
            Test("classes are those of the type library", Classes);
        }

        // -----------------------------------------------------------------------------------
        // The library
        // -----------------------------------------------------------------------------------

        private static T Block<T>(IntPtr block)
        {
            return (T)Marshal.PtrToStructure(block, typeof(T));
        }

        private static TYPEATTR Attributes(ITypeInfo info)
        {
            info.GetTypeAttr(out IntPtr block);
            TYPEATTR attributes = Block<TYPEATTR>(block);
            info.ReleaseTypeAttr(block);
            return attributes;
        }

        private static string Name(ITypeInfo info, int member)
        {
            info.GetDocumentation(member, out string name, out _, out _, out _);
            return name;
        }

        private static IEnumerable<ITypeInfo> All(TYPEKIND kind)
        {
            for (int i = 0; i < library.GetTypeInfoCount(); i++)
            {
                library.GetTypeInfo(i, out ITypeInfo info);
                if (Attributes(info).typekind == kind)
                {
                    yield return info;
                }
            }
        }

        /// <summary>A type in few words: a star for each pointer, then what lies there.</summary>
        private static string Of(ITypeInfo info, TYPEDESC type)
        {
            switch ((VarEnum)type.vt)
            {
                case VarEnum.VT_PTR:
                    return "*" + Of(info, Block<TYPEDESC>(type.lpValue));
                case VarEnum.VT_CARRAY: // whose description begins with that of its elements
                    return "*" + Of(info, Block<TYPEDESC>(type.lpValue));
                case VarEnum.VT_LPWSTR:
                    return "*WCHAR";
                case VarEnum.VT_UNKNOWN:
                    return "*IUnknown";
                case VarEnum.VT_VOID: // of a void **, for whatever interface is asked for
                    return "IUnknown";
                case VarEnum.VT_INT:
                case VarEnum.VT_HRESULT:
                case VarEnum.VT_ERROR:
                    return "I4";
                case VarEnum.VT_UINT:
                    return "UI4";
                case VarEnum.VT_I2: // as widl has WCHAR
                case VarEnum.VT_UI2:
                    return "WCHAR";
                case VarEnum.VT_USERDEFINED:
                    info.GetRefTypeInfo((int)type.lpValue, out ITypeInfo used);
                    TYPEATTR attributes = Attributes(used);
                    if (IsOfOne(attributes))
                    {
                        used.GetVarDesc(0, out IntPtr block);
                        string member = Of(used, Block<VARDESC>(block).elemdescVar.tdesc);
                        used.ReleaseVarDesc(block);
                        return member;
                    }
                    return attributes.typekind == TYPEKIND.TKIND_ALIAS && !IsOurs(Name(used, -1))
                        ? Of(used, attributes.tdescAlias) : Own(Name(used, -1));
                default:
                    return ((VarEnum)type.vt).ToString().Substring(3);
            }
        }

        /// <summary>A union of one member is that member.</summary>
        private static bool IsOfOne(TYPEATTR attributes)
        {
            return attributes.typekind == TYPEKIND.TKIND_UNION && attributes.cVars == 1;
        }

        private static bool IsOurs(string name)
        {
            return typeof(IDOManager).Assembly.GetType("OpenDO.Interop." + name) != null;
        }

        /// <summary>The name without the underscore that a tag has.</summary>
        private static string Own(string name)
        {
            name = name.TrimStart('_');
            if (name.StartsWith("WIDL_", StringComparison.Ordinal))
            {
                return "GUID"; // the one structure without a tag
            }
            return name == "DeliveryOptimizationFileProperty" ? "DOFilePropertyId" : name;
        }

        private static Type Ours(ITypeInfo info)
        {
            string name = Own(Name(info, -1));
            Type type = typeof(IDOManager).Assembly.GetType("OpenDO.Interop." + name);
            Check(type != null, "the source has " + name);
            return type;
        }

        // -----------------------------------------------------------------------------------
        // The source
        // -----------------------------------------------------------------------------------

        /// <summary>The same few words for what .NET hands over.</summary>
        private static string Of(Type type, MarshalAsAttribute how)
        {
            if (type.IsByRef)
            {
                return "*" + Of(type.GetElementType(), how);
            }
            if (type.IsArray)
            {
                return "*" + Of(type.GetElementType(), null);
            }
            if (type == typeof(string))
            {
                Equal(UnmanagedType.LPWStr, how.Value, "how a text goes");
                return "*WCHAR";
            }
            if (type == typeof(object))
            {
                return how == null ? "*IUnknown" : how.Value == UnmanagedType.Struct ? "VARIANT" : "*IUnknown";
            }
            if (type == typeof(bool))
            {
                Equal(UnmanagedType.Bool, how.Value, "how a truth value goes");
                return "I4";
            }
            if (type == typeof(BG_NOTIFY)) // constants in the library
            {
                return "UI4";
            }
            if (type.IsInterface || type == typeof(DO_DOWNLOAD_ENUM_CATEGORY))
            {
                return "*" + type.Name;
            }
            switch (type.Name)
            {
                case "IntPtr":
                    return "*";
                case "UInt64":
                    return "UI8";
                case "UInt32":
                    return "UI4";
                case "Int32":
                    return "I4";
                case "Byte":
                    return "UI1";
                case "Int64":
                    return "FILETIME";
                case "Guid":
                    return "GUID";
                default:
                    return type.Name;
            }
        }

        private static MarshalAsAttribute How(ICustomAttributeProvider of)
        {
            return of.GetCustomAttributes(typeof(MarshalAsAttribute), false).Cast<MarshalAsAttribute>().FirstOrDefault();
        }

        /// <summary>What is behind an IntPtr, the source does not say.</summary>
        private static void Same(string theirs, string ours, string where)
        {
            if (ours.EndsWith("*", StringComparison.Ordinal))
            {
                Check(theirs.StartsWith(ours, StringComparison.Ordinal), where + ": " + theirs + " is a pointer as " + ours);
                return;
            }
            Equal(theirs, ours, where);
        }

        private static void Interfaces()
        {
            int compared = 0;

            foreach (ITypeInfo info in All(TYPEKIND.TKIND_INTERFACE))
            {
                TYPEATTR attributes = Attributes(info);
                if (attributes.guid.ToString().EndsWith("0000-0000-c000-000000000046", StringComparison.Ordinal))
                {
                    continue; // COM's own
                }
                Type type = Ours(info);
                Equal(attributes.guid, type.GUID, "IID of " + type.Name);

                // Those that the interface adds, in the order of the source. How many slots stand
                // before them .NET does not tell; test_dotnet.py counts them.
                List<MethodInfo> methods = type.GetMethods().OrderBy(one => one.MetadataToken).ToList();
                Check(methods.Count >= attributes.cFuncs, type.Name + " has " + attributes.cFuncs + " methods");
                methods.RemoveRange(0, methods.Count - attributes.cFuncs);
                for (int i = 0; i < methods.Count; i++)
                {
                    info.GetFuncDesc(i, out IntPtr block);
                    FUNCDESC function = Block<FUNCDESC>(block);
                    string where = type.Name + "." + methods[i].Name;
                    Equal(Name(info, function.memid), methods[i].Name, "method " + i + " of " + type.Name);
                    ParameterInfo[] parameters = methods[i].GetParameters();
                    Equal((int)function.cParams, parameters.Length, "parameters of " + where);
                    for (int k = 0; k < parameters.Length; k++)
                    {
                        ELEMDESC element = Block<ELEMDESC>(function.lprgelemdescParam + k * Marshal.SizeOf<ELEMDESC>());
                        Same(Of(info, element.tdesc), Of(parameters[k].ParameterType, How(parameters[k])),
                             where + " " + parameters[k].Name);
                        compared++;
                    }
                    info.ReleaseFuncDesc(block);
                }
            }
            Check(compared > 150, compared + " parameters are many");
        }

        private static void Structures()
        {
            int compared = 0;

            foreach (ITypeInfo info in All(TYPEKIND.TKIND_RECORD).Concat(All(TYPEKIND.TKIND_UNION)))
            {
                string name = Own(Name(info, -1));
                TYPEATTR attributes = Attributes(info);
                // The first has no end of its own; the others are .NET's.
                if (IsOfOne(attributes) || name == "DO_DOWNLOAD_RANGES_INFO" || name == "FILETIME" || name == "GUID")
                {
                    continue;
                }
                Type type = Ours(info);
                FieldInfo[] fields = type.GetFields(BindingFlags.Public | BindingFlags.Instance).OrderBy(one => one.MetadataToken).ToArray();
                Equal((int)attributes.cVars, fields.Length, "members of " + name);
                Equal(attributes.cbSizeInstance, Marshal.SizeOf(type), "size of " + name);
                for (int i = 0; i < fields.Length; i++)
                {
                    info.GetVarDesc(i, out IntPtr block);
                    VARDESC member = Block<VARDESC>(block);
                    string where = name + "." + fields[i].Name;
                    if (where != "BG_AUTH_CREDENTIALS.Basic") // Credentials.Basic is the way there elsewhere
                    {
                        Equal(Name(info, member.memid), fields[i].Name, "member " + i + " of " + name);
                    }
                    Equal(member.desc.oInst, (int)Marshal.OffsetOf(type, fields[i].Name), "offset of " + where);
                    Same(Of(info, member.elemdescVar.tdesc), Of(fields[i].FieldType, How(fields[i])), where);
                    info.ReleaseVarDesc(block);
                    compared++;
                }
            }
            Check(compared > 30, compared + " members are many");
        }

        private static void Enumerations()
        {
            int compared = 0;

            foreach (ITypeInfo info in All(TYPEKIND.TKIND_ENUM))
            {
                Type type = Ours(info);
                TYPEATTR attributes = Attributes(info);
                FieldInfo[] values = type.GetFields(BindingFlags.Public | BindingFlags.Static);
                Equal((int)attributes.cVars, values.Length, "values of " + type.Name);
                for (int i = 0; i < values.Length; i++)
                {
                    info.GetVarDesc(i, out IntPtr block);
                    VARDESC value = Block<VARDESC>(block);
                    string name = Name(info, value.memid);
                    FieldInfo ours = values.FirstOrDefault(one => name.EndsWith("_" + one.Name, StringComparison.Ordinal) &&
                        (name == type.Name + "_" + one.Name || name.Length - one.Name.Length <= type.Name.Length + 1));
                    Check(ours != null, type.Name + " has " + name);
                    object number = Marshal.GetObjectForNativeVariant(value.desc.lpvarValue);
                    Equal(unchecked((uint)Convert.ToInt64(number)), unchecked((uint)Convert.ToInt64(ours.GetRawConstantValue())), name);
                    info.ReleaseVarDesc(block);
                    compared++;
                }
            }
            Check(compared > 100, compared + " values are many");
        }

        private static void Classes()
        {
            var ids = All(TYPEKIND.TKIND_COCLASS).ToDictionary(info => Name(info, -1), info => Attributes(info).guid);

            Equal(2, ids.Count, "classes");
            Equal(ids["OpenDO"], typeof(OpenDOClass).GUID, "the product's own");
            Equal(ids["DeliveryOptimization"], typeof(DeliveryOptimizationClass).GUID, "Windows'");
        }
    }
}
