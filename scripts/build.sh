# shellcheck shell=bash
# The release programs, built when a source is newer than the last build began.

programs=(fcgi-auth-{verify,verify-session,signup,login,refresh,logout,account} fcgi-authctl)
release=.build/release
stamp=.build/release.stamp

# Run in the repository's root.
is_built() {
    local program
    [ -e "$stamp" ] || return 1
    for program in "${programs[@]}"; do [ -x "$release/$program" ] || return 1; done
    [ -z "$(find Package.swift Sources -newer "$stamp" -print -quit)" ]
}

build_programs() {
    is_built && return
    if ! command -v swift >/dev/null; then
        echo "Swift is not installed: https://www.swift.org/install/linux/" >&2
        return 1
    fi
    mkdir -p .build
    touch "$stamp.new"
    swift build -c release --static-swift-stdlib >&2 || return 1
    mv "$stamp.new" "$stamp"
}
