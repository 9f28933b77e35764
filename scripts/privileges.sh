# shellcheck shell=bash
# The privilege table of the design, as the linker sees it. What is not listed is a failure: a
# library that a program gains by accident gives whoever breaks in one thing more to use.

# Every Swift program of Debian needs these, and they give it nothing.
base_libraries="libc.so libm.so libgcc_s.so libstdc++.so ld-linux"

declare -A own_libraries=(
    [fcgi-auth-verify]="libfcgi.so libcrypto.so"
    [fcgi-auth-verify-session]="libfcgi.so libcrypto.so libsqlite3.so"
    [fcgi-auth-signup]="libfcgi.so libcrypto.so libargon2.so libsqlite3.so libutf8proc.so libicui18n.so libicuuc.so libzxcvbn.so"
    [fcgi-auth-login]="libfcgi.so libcrypto.so libcrypt.so libargon2.so libsqlite3.so libutf8proc.so"
    [fcgi-auth-refresh]="libfcgi.so libcrypto.so libsqlite3.so"
    [fcgi-auth-logout]="libfcgi.so libcrypto.so libsqlite3.so"
    [fcgi-auth-account]="libfcgi.so libcrypto.so libcrypt.so libargon2.so libsqlite3.so libutf8proc.so libzxcvbn.so"
    [fcgi-authctl]="libcrypto.so libargon2.so libsqlite3.so libutf8proc.so libicui18n.so libicuuc.so libzxcvbn.so libyaml-0.so"
)

# Making keys and signing. A program that only verifies must not be able to.
signing_functions='^(EVP_DigestSign|EVP_PKEY_(keygen|sign|Q_keygen|generate|fromdata_private)|EVP_Q_keygen|EVP_EC_gen|EC_KEY_generate_key|ECDSA_(do_)?sign|ED25519_sign)'
argon2_functions='^argon2'
declare -A forbidden_functions=(
    [fcgi-auth-verify]=$signing_functions
    [fcgi-auth-verify-session]="$signing_functions|$argon2_functions"
    [fcgi-auth-logout]=$signing_functions
    [fcgi-auth-account]=$signing_functions
)

# The names of the shared libraries a file needs, one on each line.
needed_libraries() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

# Succeeds if the file, named as the program it is, links its own libraries and of others only the base.
libraries_are_allowed() {
    local file=$1 program=${1##*/} needed library expected found status=0
    needed=$(needed_libraries "$file") || return 1
    [ -n "$needed" ] || { echo "no dynamic section: is it built?"; return 1; }
    for library in $needed; do
        found=
        for expected in $base_libraries ${own_libraries[$program]}; do
            case $library in "$expected"*) found=yes ;; esac
        done
        [ -n "$found" ] || { echo "links $library, which it must not"; status=1; }
    done
    for expected in ${own_libraries[$program]}; do
        case $needed in
            *"$expected"*) ;;
            *) echo "does not link $expected, which the table gives it"; status=1 ;;
        esac
    done
    return "$status"
}

# Succeeds if the file imports none of the functions forbidden to the program.
symbols_are_allowed() {
    local file=$1 imported forbidden=${forbidden_functions[${1##*/}]-}
    imported=$(nm -D --undefined-only "$file" | sed 's/^ *U //; s/@.*//') || return 1
    [ -n "$imported" ] || { echo "no imported functions: is it built?"; return 1; }
    [ -n "$forbidden" ] || return 0
    ! grep -E "$forbidden" <<<"$imported"
}
