# Shared by the scripts beside it: what the machine needs, and how to get it. Sourced, not run.
# Everything is said on standard error; nothing is installed that is there already.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  [ -n "${2:-}" ] && say "hint: $2"
  exit 1
}

# retry N COMMAND…: a registry that stumbles is asked again, each time after a longer pause.
retry() {
  local tries=$1 pause=2 attempt=1
  shift
  until "$@"; do
    [ "$attempt" -ge "$tries" ] && return 1
    say "failed ($attempt of $tries), once more in ${pause}s: $*"
    sleep "$pause"
    pause=$((pause * 2))
    attempt=$((attempt + 1))
  done
}

# fetch FILE URL…: the first of these that answers.
fetch() {
  local file=$1 url
  shift
  for url in "$@"; do
    curl --proto '=https' --tlsv1.2 -sSfL -o "$file" "$url" && return 0
  done
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo "$@"
  else
    fail "cannot run \`$*\`: neither root nor sudo" "run it as root, then run this script again"
  fi
}

os_id() { (. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-}" "${ID_LIKE:-}"); }

# install_debian NAME…: those packages that are missing.
install_debian() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  say "installing ${missing[*]}"
  retry 3 as_root apt-get update -qq || fail "apt-get update failed" "is the mirror reachable?"
  retry 3 as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get install failed: ${missing[*]}" "install them by hand and run this script again"
}

install_fedora() {
  local missing=() name
  for name in "$@"; do
    rpm -q --whatprovides "$name" >/dev/null 2>&1 || missing+=("$name")
  done
  [ "${#missing[@]}" = 0 ] && return 0
  say "installing ${missing[*]}"
  retry 3 as_root dnf install -y -q "${missing[@]}" >/dev/null ||
    fail "dnf install failed: ${missing[*]}" "install them by hand and run this script again"
}

# What building needs: a C compiler and linker (zstd, xz and the cryptography are C inside), clang for the
# kernel programs, curl.
ensure_build_tools() {
  case "$(os_id)" in
    *debian* | *ubuntu*) install_debian gcc g++ clang libc6-dev make cmake curl ca-certificates ;;
    *fedora* | *rhel* | *centos*) install_fedora gcc gcc-c++ clang glibc-devel make cmake curl ca-certificates ;;
    *)
      command -v cc >/dev/null 2>&1 ||
        fail "no C compiler (\`cc\`) on this system, which this script does not know how to equip" \
          "install gcc or clang with the C library's headers, and curl; then run this script again"
      ;;
  esac
}

toolchain() { sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml; }

# Some rustups fetch a missing toolchain by themselves, some want to be told.
usable_toolchain() {
  cargo --version >/dev/null 2>&1 && return 0
  command -v rustup >/dev/null 2>&1 || return 1
  rustup toolchain install -c rustfmt -c clippy --profile minimal "$(toolchain)" >&2 &&
    cargo --version >/dev/null
}

# The Rust toolchain that rust-toolchain.toml names; rustup fetches it where it is missing.
ensure_rust() {
  [ -f "$HOME/.cargo/env" ] && . "$HOME/.cargo/env"
  if ! command -v cargo >/dev/null 2>&1; then
    say "installing the Rust toolchain by rustup into $HOME/.cargo"
    command -v curl >/dev/null 2>&1 || fail "no curl" "install curl and run this script again"
    local installer
    installer=$(mktemp)
    # The same installer under two names: some networks let only one of them through.
    retry 3 fetch "$installer" https://sh.rustup.rs \
      https://static.rust-lang.org/rustup/rustup-init.sh ||
      fail "rustup could not be fetched" "install Rust 1.95 or newer by hand: https://rustup.rs"
    sh "$installer" -y -q --profile minimal --default-toolchain none --no-modify-path >&2 ||
      fail "rustup failed" "see https://rustup.rs"
    rm -f "$installer"
    . "$HOME/.cargo/env"
  fi
  retry 3 usable_toolchain || fail "the toolchain of rust-toolchain.toml is not usable" \
    "rustup toolchain install $(toolchain)"
  local have want
  have=$(rustc --version | cut -d' ' -f2)
  want=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  [ "$(printf '%s\n%s\n' "$want" "$have" | sort -V | head -n 1)" = "$want" ] ||
    fail "Rust $have is too old, $want or newer is needed" "rustup update"
}

# Where downloads and test material are kept between runs.
test_cache() { printf '%s' "${PLIMSOLL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-test}"; }

# cached NAME KEY BUILDER: a folder made by `BUILDER FOLDER KEY`, keyed by the content of the file
# KEY, or of the files in the folder KEY. It is marked when it is whole, so a run that was cut off
# leaves nothing that looks so. Prints the folder.
cached() {
  local name=$1 list=$2 builder=$3 key folder
  if [ -d "$list" ]; then
    key=$(cat "$list"/* | sha256sum | cut -c1-16)
  else
    key=$(sha256sum <"$list" | cut -c1-16)
  fi
  folder="$(test_cache)/$name-$key"
  if [ ! -e "$folder/.complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    "$builder" "$folder" "$list" >&2 || return 1
    touch "$folder/.complete"
  fi
  printf '%s' "$folder"
}

# The entries of a list: comments and blank lines left out.
entries() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$1"; }
