# Shared by tools/setup, tools/test and tools/demo. Sourced by bash, never run.

root=$(cd "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build
logs=$build/logs
stamps=$build/stamps

mkdir -p "$logs" "$stamps"

# Programs are run in a fixed locale, so that their output can be parsed.
export LC_ALL=C.UTF-8

# say WORD...: a line on the screen.
say()
{
    printf '%s\n' "$*"
}

# die WORD...: the last line of a run that failed.
die()
{
    printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2
    exit 1
}

# run_step NAME LOG COMMAND...: runs the command with its output in build/logs/LOG.log, and shows
# its name and how long it took. A failing one shows the end of its log and ends the run.
run_step()
{
    local name=$1 log=$logs/$2.log started=$SECONDS

    shift 2
    printf '  %-52s' "$name"
    # Close 9 so that daemons started by the step do not inherit the set-up's lock.
    if "$@" >"$log" 2>&1 9>&- </dev/null; then
        printf ' done, %d s\n' $((SECONDS - started))
    else
        printf ' FAILED, %d s\n\n' $((SECONDS - started))
        show_log "$log"
        die "this step failed: $name"
    fi
}

# show_log FILE: the first error, then the end.
show_log()
{
    local error='^FAILED|error:|Error|undefined reference|^E:|WARNING:'

    if [ "$(wc -l <"$1")" -gt 40 ] && grep -qE "$error" "$1"; then
        say "The first errors in $1:"
        grep -E "$error" "$1" | head -n 12 | cut -c1-300 | sed 's/^/    /'
    fi
    say "The end of $1:"
    tail -n 25 "$1" | cut -c1-300 | sed 's/^/    /'
    say
}

# stamp_key FILE...: one line that changes when any of the files does. Folders are read whole.
stamp_key()
{
    find "$@" -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-64
}

# stamp_is NAME KEY and stamp_set NAME KEY: whether a step was last completed with this key.
stamp_is()
{
    [ -e "$stamps/$1" ] && [ "$(cat "$stamps/$1")" = "$2" ]
}

stamp_set()
{
    printf '%s' "$2" >"$stamps/$1"
}

# --- Packages --------------------------------------------------------------------------------

# missing_packages PACKAGE...: those that are not installed, one per line.
missing_packages()
{
    local package

    for package in "$@"; do
        # One line for each architecture; "not-installed" is an answer too.
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
            printf '%s\n' "$package"
    done
}

# apt_install QUIET_FOLDER PACKAGE_OR_OPTION...
apt_install()
{
    local path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    local quiet=$1

    shift
    apt-get -q -y -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-unsafe-io \
        -o DPkg::Path="$quiet:$path" -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 \
        install --no-install-recommends "$@"
}

# install_packages PACKAGE...: some are servers, which Debian starts as they are installed, and at
# every boot after. We start our own, on 127.0.0.1; so while these packages install, the programs
# that would start a service do nothing, and the new services are switched off.
install_packages()
{
    local quiet=$build/quiet program service
    local services=()

    for service in nginx lighttpd squid haproxy varnish varnishncsa; do
        [ -e "/etc/init.d/$service" ] || services+=("$service")
    done
    mkdir -p "$quiet"
    for program in invoke-rc.d deb-systemd-invoke; do
        printf '#!/bin/sh\nexit 0\n' >"$quiet/$program"
        chmod +x "$quiet/$program"
    done
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q || { sleep 3 && apt-get update -q; } || return 1
    apt_install "$quiet" "$@" || return 1
    for service in "${services[@]}"; do
        [ -e "/etc/init.d/$service" ] && command -v update-rc.d >/dev/null || continue
        update-rc.d "$service" disable || true
    done
}

# --- Wine ------------------------------------------------------------------------------------

export WINEPREFIX=$build/wine
export WINEARCH=win64
export WINEDEBUG=${WINEDEBUG:--all}

in_wine()
{
    "$root/tools/cmake/run_in_wine" x86_64 "$@"
}

# The tests that register the DLL have prefixes of their own (see tests/CMakeLists.txt).
wine_prefixes=("$build"/wine "$build"/wine-{registered,clients,dotnet,hosts})

wine_start()
{
    "$root/tools/cmake/wine_session" begin "$WINEPREFIX" 9>&-
}

wine_stop()
{
    local prefix

    for prefix in "${wine_prefixes[@]}"; do
        "$root/tools/cmake/wine_session" end "$prefix"
    done
}

# 32-bit Windows programs run only if the installed Wine supports them.
wine_runs_32_bits()
{
    [ -e /usr/lib/i386-linux-gnu/wine ] || [ -e /usr/lib/wine/wine ]
}

# targets_of PRESET: what is built of it; nothing means all. Test programs that nothing here can run
# are not: but test_abi, whose assertions are the compiler's.
targets_of()
{
    [ "$1" != windows-x86 ] || wine_runs_32_bits || echo dosvc dosvc-host odo test_abi
}

# --- Builds ----------------------------------------------------------------------------------

# build_preset NAME [TARGET...]: configures anew when a preset, the toolchain or the libraries
# changed, else builds only what did.
build_preset()
{
    local preset=$1 key

    shift
    key=$(stamp_key "$root/CMakePresets.json" "$root/tools/cmake" "$stamps"/{libraries,cmocka}-*)
    if ! stamp_is "configured-$preset" "$key" || [ ! -e "$build/$preset/build.ninja" ]; then
        rm -rf "$build/$preset/CMakeCache.txt" "$build/$preset/CMakeFiles/"[0-9]*
        (cd "$root" && cmake --preset "$preset") || return 1
        stamp_set "configured-$preset" "$key"
    fi
    (cd "$root" && cmake --build --preset "$preset" ${1:+--target "$@"})
}
