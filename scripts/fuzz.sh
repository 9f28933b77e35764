# shellcheck shell=bash
# Builds Tests/Fuzz: the modules as they are, followed by libFuzzer, in a package of their own
# beside the one that ships.

# build_fuzzers [address]: leaves the program's path in fuzz_program. Run in the repository's root.
build_fuzzers() {
    local package=.build/fuzz/package build=.build/fuzz/build${1:+-$1} runtime flags=()
    # One for each sanitizer, so that neither build undoes the other's.
    runtime=$(find -L "$(dirname "$(readlink -f "$(command -v swift)")")/../lib" \
        -name "libclang_rt.fuzzer_no_main-$(uname -m).a" -print -quit)
    if [ -z "$runtime" ]; then
        echo "this Swift toolchain has no libFuzzer" >&2
        return 1
    fi
    mkdir -p "$package"
    ln -sfn ../../../Sources "$package/Sources"
    ln -sfn ../../../Tests "$package/Tests"
    cmp -s Package.resolved "$package/Package.resolved" || cp Package.resolved "$package/" 2>/dev/null || true
    cat Package.swift Tests/Fuzz/Manifest.swift >"$package/Package.new"
    cmp -s "$package/Package.new" "$package/Package.swift" || cp "$package/Package.new" "$package/Package.swift"
    # Only compiled so: linking with it would bring libFuzzer's own main function. Comparisons are not
    # traced, which is twice as fast; the dictionaries beside the seeds hold the words that matter.
    flags=(-sanitize=fuzzer '-sanitize-coverage=edge,inline-8bit-counters,pc-table')
    mapfile -t flags < <(printf -- '-Xswiftc\n-Xfrontend\n-Xswiftc\n%s\n' "${flags[@]}")
    [ -z "${1:-}" ] || flags+=("--sanitize=$1")
    swift build -c release --static-swift-stdlib --package-path "$package" --scratch-path "$build" \
        --product fuzz -Xswiftc -enable-testing "${flags[@]}" -Xlinker "$runtime" -Xlinker -lstdc++ >&2
    # shellcheck disable=SC2034 # read by whoever sources this
    fuzz_program=$build/release/fuzz
}
