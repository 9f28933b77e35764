# shellcheck shell=bash disable=SC2034
# Debian packages for the scripts beside this file: installed if missing, else nothing is done.

# What building and running need: what is linked, and python3 and openssl for the demo.
run_packages=(
    ca-certificates git libargon2-dev libcrypt-dev libfcgi-dev libicu-dev libsqlite3-dev libssl-dev libutf8proc-dev libyaml-dev
    libzxcvbn-dev nginx openssl pkg-config python3
)
test_packages=(chromium fonts-dejavu-core gcc libc6-dev python3-venv sqlite3 util-linux wrk)
# Chinese and Arabic letters, for scripts/screenshots.
screenshot_packages=(chromium fonts-noto-cjk fonts-noto-core python3-venv)
fault_packages=(gcc libc6-dev util-linux)
check_packages=(binutils python3 shellcheck)
bench_packages=(binutils gcc libc6-dev util-linux wrk)
# Those that scripts/bench measures beside ours, other than the C ones.
contestant_packages=(golang-go libnginx-mod-http-js node-express nodejs)

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "root is needed to install packages: run this once as root, or install sudo" >&2
        return 1
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Installs those of the packages named that are not there.
install_packages() (
    mapfile -t missing < <(comm -23 <(printf '%s\n' "$@" | sort -u) \
        <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^installed //p' | sort -u))
    [ "${#missing[@]}" -gt 0 ] || return 0
    echo "installing ${missing[*]}" >&2
    # Debian would start nginx on port 80 of this machine; the demo runs its own.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    apt_install "${missing[@]}" || { as_root apt-get update -qq >&2 && apt_install "${missing[@]}"; }
)
