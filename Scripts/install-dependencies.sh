#!/bin/sh
# Finds the system packages that building and drawing need, and installs the missing ones with apt-get.
#
#   install-dependencies.sh            for building, drawing and the tests
#   install-dependencies.sh cluster    for the test of studies on many machines
#
# Silent when nothing is missing. Otherwise it says what is missing and why, and installs it; where it cannot
# (no apt-get, or neither root nor sudo), it prints the line to type and exits with 1.
set -u

# check | Debian package | why
#   command NAME   the command is found
#   pc NAME        pkg-config knows the library with its headers
#   font FAMILY    fontconfig has this very family, not a substitute
#   lib FILE       the dynamic linker knows the shared library
table='
command pkg-config    | pkgconf          | finds the libraries below
pc cairo              | libcairo2-dev    | draws the figures
pc pangocairo         | libpango1.0-dev  | sets the text in figures, Latin and Chinese
pc libdeflate         | libdeflate-dev   | compresses PNG files
pc libpng             | libpng-dev       | reads PNG files in tests
pc sqlite3            | libsqlite3-dev   | holds the results of studies
lib libopenblas.so.0  | libopenblas0     | factors large matrices: crossed factors of many levels
command pandoc        | pandoc           | turns handouts into HTML with formulas
command fc-match      | fontconfig       | finds the fonts below
font Noto Sans        | fonts-noto-core  | Latin text in figures, the same on every machine
font Noto Sans CJK SC | fonts-noto-cjk   | Chinese text in figures, simplified forms
'
case ${1:-} in
  '') ;;
  cluster) table='
command slurmctld | slurmctld    | gives the tasks of a study to nodes
command slurmd    | slurmd       | runs them on a node
command sbatch    | slurm-client | submits them
command munged    | munge        | tells Slurm who is who
command parallel  | parallel     | runs them where there is no Slurm
' ;;
  *) echo "install-dependencies.sh: there is no list '$1'" >&2; exit 64 ;;
esac

is_present() {
  kind=${1%% *} name=${1#* }
  case $kind in
    command) PATH=$PATH:/usr/sbin command -v "$name" >/dev/null 2>&1 ;;
    lib) ldconfig -p 2>/dev/null | grep -q "$name" || /sbin/ldconfig -p 2>/dev/null | grep -q "$name" ;;
    pc) pkg-config --exists "$name" 2>/dev/null ;;
    font)
      # The list of the face's names ends in locale variants; the family asked for is one of them only when it is there.
      case ,$(fc-match -f '%{family}' "$name" 2>/dev/null), in *",$name,"*) true ;; *) false ;; esac ;;
  esac
}

# The missing packages, one a line with its reason.
list_missing() {
  printf '%s\n' "$table" | while IFS='|' read -r check package why; do
    check=${check%"${check##*[! ]}"}
    package=${package# } package=${package%% *}
    [ -n "$check" ] || continue
    is_present "$check" || printf '  %-16s %s\n' "$package" "${why# }"
  done
}

missing=$(list_missing)
[ -n "$missing" ] || exit 0
packages=$(printf '%s\n' "$missing" | awk '{ printf "%s%s", (NR > 1 ? " " : ""), $1 }')

printf 'Missing system packages:\n%s\n' "$missing" >&2

# give_up REASON HOW-TO-BE-ROOT: the line to type, then the end.
give_up() {
  line="apt-get update; apt-get install --no-install-recommends $packages"
  case $2 in
    su) line="su -c '$line'" ;;
    sudo) line="sudo apt-get update; sudo ${line#*; }" ;;
  esac
  printf '%s Type this line, then run make again:\n  %s\n' "$1" "$line" >&2
  exit 1
}

command -v apt-get >/dev/null 2>&1 || {
  printf 'This system has no apt-get. Install what these Debian packages hold, then run make again:\n  %s\n' \
    "$packages" >&2
  exit 1
}

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif ! command -v sudo >/dev/null 2>&1; then
  give_up 'Installing them needs root, and there is no sudo here.' su
elif sudo -n true 2>/dev/null || [ -t 0 ]; then
  as_root=sudo  # with a terminal, sudo may ask for the password
else
  give_up 'Installing them needs root, and sudo asks for a password.' sudo
fi

apt_get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >&2; }

# shellcheck disable=SC2086  # the list is meant to split
install_packages() { apt_get install --yes --no-install-recommends $packages; }

# shellcheck disable=SC2086
if ! apt-get install --simulate --no-install-recommends $packages >/dev/null 2>&1; then
  printf 'The package lists do not have them yet: apt-get update\n' >&2
  # One source that fails need not be the one that has them.
  apt_get update || printf 'apt-get update had errors; trying to install all the same\n' >&2
  updated=1
fi
# Old lists may name files that the mirror no longer has; fresh ones cure that.
install_packages || { [ -z "${updated:-}" ] && apt_get update && install_packages; } || give_up 'apt-get failed.' "$as_root"

missing=$(list_missing)
[ -z "$missing" ] || {
  printf 'Installed, but still not found:\n%s\n' "$missing" >&2
  exit 1
}
