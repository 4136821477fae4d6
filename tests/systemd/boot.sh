#!/bin/bash
# Boots a Debian with recapd installed as its unit says, and shows that systemd and recapd keep their promises to each
# other. Nothing is simulated: a real systemd is PID 1, in a container without a network; the feeds come from a publisher
# on its loopback (origin.py).
#
#   sudo tests/systemd/boot.sh [BINARY] [CONFIG_FOLDER]
#
#   BINARY                 default: the release build
#   CONFIG_FOLDER          default: config/, the one that is shipped
#   RECAPD_SYSTEMD_TEST    `must`: exit 1 instead of skipping where this machine cannot do it (no root, no Debian tools)
#                          `able`: skip only what a first look at the machine rules out; what fails after it has failed
#   RECAPD_TEST_CACHE      keeps the Debian between runs; default ~/.cache/recapd-tests
#   RECAPD_TEST_SUITE      default trixie: the unit's Type=notify-reload needs systemd 253, bookworm has 252
#   RECAPD_TEST_MIRROR     default http://deb.debian.org/debian
#
# Each thing shown is a line `ok: ..`; the first that is not so ends the test with `FAILED: ..` and the journal. The first
# run takes a minute or two more, to fetch the Debian; later ones half a minute.

set -euo pipefail
export LC_ALL=C PATH="$PATH:/usr/sbin:/sbin"

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
binary=${1:-${CARGO_TARGET_DIR:-$repository/target}/release/recapd}
config=${2:-$repository/config}
cache=${RECAPD_TEST_CACHE:-${HOME:-/root}/.cache/recapd-tests}
suite=${RECAPD_TEST_SUITE:-trixie}
mirror=${RECAPD_TEST_MIRROR:-http://deb.debian.org/debian}

# What this machine needs: commands, and the Debian packages that bring them.
commands=(debootstrap systemd-nspawn nsenter pgrep)
packages=(debootstrap debian-archive-keyring systemd-container util-linux procps)

# What the container needs: systemd, python3 for the origin, curl for the questions, certificates for recapd's HTTP client.
contents=systemd,systemd-sysv,dbus,python3,curl,ca-certificates

server=http://127.0.0.1:8484
origin=127.0.0.1:9000

scratch= # the folder of this run
root=    # in it, the container's /
nspawn=  # the process that runs the container
init=    # the container's PID 1, as seen from here
able=    # `able` once the first look has found nothing in the way

main() {
    this_machine_can_do_it
    trap clean_up EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$cache"
    scratch=$(mktemp -d "$cache/run.XXXXXX")
    root=$scratch/root

    prepare_debian
    install_recapd
    boot
    start_origin

    unit_is_valid_and_hardened
    start_waits_until_recapd_is_ready
    feed_is_polled_and_its_items_arrive
    verbs_reach_the_service
    restart_loses_nothing_and_polls_nothing_early
    reload_takes_a_new_source_without_a_gap
    hung_process_is_restarted_by_the_watchdog
    stop_is_quick_even_in_the_middle_of_a_poll
    journal_tells_the_story

    echo "passed in $SECONDS s"
}

# --- What is shown, in order.

unit_is_valid_and_hardened() {
    local complaints verdict
    complaints=$(inside systemd-analyze verify recapd.service 2>&1) || fail "systemd-analyze verify: $complaints"
    [[ -z $complaints ]] || fail "systemd-analyze verify complains: $complaints"
    ok "systemd-analyze verify has nothing to say"

    verdict=$(inside systemd-analyze security --offline=true --threshold=20 --no-pager recapd.service | tail -n 1) ||
        fail "the unit is exposed more than 2.0: $verdict"
    ok "hardened to at most 2.0: ${verdict#* }"
}

start_waits_until_recapd_is_ready() {
    inside recapd --version >/dev/null || fail "the binary does not run in Debian $suite; was it built on a newer system?"
    inside systemctl enable --now --quiet recapd || fail "systemctl start did not see READY=1"
    [[ $(property Type) == notify-reload ]] || fail "the unit's type is $(property Type), not notify-reload"
    healthy || fail "systemctl start returned, but /healthz does not answer \"status\":\"ok\""
    inside recapd health >/dev/null || fail "recapd health fails while /healthz answers"
    ok "active once ready: $(property ActiveState), Type=$(property Type), process $(property MainPID), /healthz ok"
}

feed_is_polled_and_its_items_arrive() {
    within 60 origin_was_asked_for one || fail "the origin was never asked for one.xml"
    within 20 items_are 2 || fail "after the poll /metrics counts $(metric recapd_items_total) items, not 2"
    (($(metric recapd_polls_total) >= 1)) || fail "/metrics counts no poll"
    page_lists "Loopback one" || fail "/sources/ does not list the source"
    ok "a feed on loopback is polled: $(figures); /sources/ lists it"
}

# By root, who is not the service's user: the socket is in /run/recapd, and the lock of the store says so too.
verbs_reach_the_service() {
    local said
    said=$(inside recapd source pause one 2>&1) || fail "recapd source pause: $said"
    [[ $said == "\`one\` is paused: "* ]] || fail "recapd source pause says \"$said\""
    [[ $(metric recapd_sources_paused) == 1 ]] || fail "/metrics counts no paused source"
    said=$(inside env STATE_DIRECTORY=/var/lib/recapd recapd source resume one 2>&1) || fail "recapd source resume: $said"
    [[ $said == "\`one\` is polled again: it is due at "* ]] || fail "recapd source resume says \"$said\""
    said=$(inside recapd poll one 2>&1) || fail "recapd poll: $said"
    [[ $said == "1 source polled "* ]] || fail "recapd poll says \"$said\""
    [[ $(inside stat --format=%a /run/recapd/control.sock) == 600 ]] || fail "the control socket is open to others"
    ! said=$(inside setpriv --reuid=nobody --clear-groups recapd source pause one 2>&1) || fail "nobody is heard too: $said"
    ok "verbs reach the service as root, and as nobody else: ${said##*recapd: }"
}

restart_loses_nothing_and_polls_nothing_early() {
    local before
    before=$(figures)
    inside systemctl restart recapd || fail "systemctl restart failed"
    leave_time_for_mischief
    [[ $(figures) == "$before" ]] || fail "before the restart $before; after it $(figures)"
    ok "a restart loses nothing and polls nothing early: still $(figures)"
}

reload_takes_a_new_source_without_a_gap() {
    local process asker requests unanswered
    process=$(property MainPID)
    ask_without_pause 2>/dev/null &
    asker=$!
    within 10 test -s "$scratch/answers" || fail "requests before the reload are not answered"

    add_source two
    inside systemctl reload recapd || fail "systemctl reload did not see RELOADING=1 and then READY=1"
    page_lists "Loopback two" || fail "systemctl reload returned, but /sources/ does not list the new source"
    within 60 origin_was_asked_for two || fail "the origin was never asked for two.xml"
    within 20 items_are 4 || fail "after the reload /metrics counts $(metric recapd_items_total) items, not 4"
    ok "systemctl reload takes a new source: $(figures)"

    sleep 1
    inside touch /run/enough
    wait "$asker" || fail "the requests during the reload did not end"
    requests=$(wc -l <"$scratch/answers")
    unanswered=$(grep -cvx 200 "$scratch/answers" || true)
    ((requests >= 20)) || fail "only $requests requests were made during the reload, too few to tell"
    ((unanswered == 0)) || fail "$unanswered of $requests requests failed during the reload"
    [[ $(property MainPID) == "$process" ]] || fail "the reload replaced the process"
    ok "serving has no gap meanwhile: $requests requests of the same process, all answered"
}

hung_process_is_restarted_by_the_watchdog() {
    local hung fresh before
    before=$(figures)
    shorten_the_watchdog_to 4s
    hung=$(property MainPID)
    inside systemctl kill --kill-whom=main --signal=SIGSTOP recapd
    within 40 another_process_than "$hung" || fail "process $hung was stopped, and the watchdog did not start another"
    within 20 healthy || fail "the process that the watchdog started does not answer"
    journal_has "Watchdog timeout" || fail "there is another process, but not by the watchdog"
    fresh=$(property MainPID)
    leave_time_for_mischief
    [[ $(property MainPID) == "$fresh" ]] || fail "process $fresh, which nobody stopped, did not stay either"
    [[ $(figures) == "$before" ]] || fail "before the hang $before; after it $(figures)"
    ok "a hung process is restarted by the watchdog, a healthy one is left alone: $hung became $fresh, still $(figures)"
}

stop_is_quick_even_in_the_middle_of_a_poll() {
    local began elapsed_ms
    add_source slow
    inside systemctl reload recapd || fail "systemctl reload failed"
    within 60 origin_was_asked_for slow || fail "the origin was never asked for slow.xml"

    began=${EPOCHREALTIME/./}
    inside systemctl stop recapd || fail "systemctl stop failed"
    elapsed_ms=$(((${EPOCHREALTIME/./} - began) / 1000))
    ((elapsed_ms < 10000)) || fail "the stop took $elapsed_ms ms"
    [[ $(property ActiveState) == inactive ]] || fail "after the stop the unit is $(property ActiveState)"
    [[ $(property Result) == success ]] || fail "the stop's result is $(property Result)"
    ok "a stop in the middle of a poll takes $elapsed_ms ms and ends in $(property Result)"
}

journal_tells_the_story() {
    local line
    for line in "ready" "configuration reloaded" "stopping"; do
        journal_has "$line" || fail "the journal has no line with \"$line\""
    done
    ok "the journal has the lines: ready, configuration reloaded, stopping"
}

# --- Questions to the container.

# Runs a command in the container, a minute at most.
inside() {
    timeout 60 nsenter --target "$init" --all --root --wd \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
}

# One property of the unit, as systemd sees it.
property() {
    inside systemctl show --value --property="$1" recapd
}

page() {
    inside curl --silent --fail --max-time 5 "$server$1"
}

healthy() {
    [[ $(page /healthz) =~ \"status\":\ *\"ok\" ]]
}

page_lists() {
    [[ $(page /sources/) == *"$1"* ]]
}

# A number of /metrics, summed over its labels.
metric() {
    page /metrics | awk -v name="$1" '{ split($1, part, "{") } part[1] == name { sum += $2 } END { print sum + 0 }'
}

items_are() {
    [[ $(metric recapd_items_total) == "$1" ]]
}

origin_was_asked_for() {
    grep -q "^GET /$1.xml " "$root/var/log/origin.log"
}

# What must survive whatever happens to the process: the items it has, and that it need not ask for them again.
figures() {
    echo "items $(metric recapd_items_total), requests for feeds $(grep -c '^GET /.*\.xml ' "$root/var/log/origin.log")"
}

# Long enough for a daemon that forgot its due times to poll everything, and for a watchdog of 4 s that nobody feeds.
leave_time_for_mischief() {
    sleep 8
}

another_process_than() {
    local process
    process=$(property MainPID)
    [[ $process != "$1" && $process != 0 && $(property ActiveState) == active ]]
}

journal_has() {
    [[ $(inside journalctl --unit=recapd --output=cat --no-pager) == *"$1"* ]]
}

# Asks for the first page over and over, a status a line in $scratch/answers, until somebody touches /run/enough.
ask_without_pause() {
    # shellcheck disable=SC2016 # the container's shell expands it
    inside sh -c 'until [ -e /run/enough ]; do
        curl --silent --max-time 5 --output /dev/null --write-out "%{http_code}\n" "$0/" || true
    done' "$server" >"$scratch/answers"
}

# --- Changes in the container.

# Written beside and renamed, as a careful editor does, so that a watching daemon never reads half a file.
add_source() {
    local sources=$root/etc/recapd/sources.toml
    { cat "$sources" && source_named "$1"; } >"$sources.new"
    mv "$sources.new" "$sources"
}

source_named() {
    cat <<TOML

[[source]]
id = "$1"
name = "Loopback $1"
feed = "http://$origin/$1.xml"
allow_private = ["127.0.0.0/8"]
TOML
}

shorten_the_watchdog_to() {
    install -d "$root/etc/systemd/system/recapd.service.d"
    printf '[Service]\nWatchdogSec=%s\n' "$1" >"$root/etc/systemd/system/recapd.service.d/watchdog.conf"
    inside systemctl daemon-reload
    inside systemctl restart recapd || fail "systemctl restart failed with WatchdogSec=$1"
}

# --- The container.

this_machine_can_do_it() {
    [[ -x $binary ]] || fail "there is no binary at $binary; cargo build --release makes it"
    [[ -e $config/recapd.toml ]] || fail "there is no recapd.toml in $config"
    [[ $EUID == 0 ]] || skip "a container that boots needs root"
    has_commands || install_packages || skip "${commands[*]} are not all here, and apt-get could not install them"
    systemd-nspawn --version >/dev/null || skip "systemd-nspawn does not run"
    can_make_namespaces || skip "this machine grants no namespaces of its own, or no mounts in them"
    can_make_control_groups || skip "control groups cannot be made here"
    [[ -d $(kept_debian) ]] || can_fetch_debian || skip "there is no Debian $suite in $cache, and $mirror does not answer"
    able=able
}

can_make_namespaces() {
    unshare --mount --uts --ipc --net --pid --fork mount -t tmpfs none /mnt 2>/dev/null
}

can_make_control_groups() {
    local groups
    groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    [[ -n $groups ]] && mkdir "$groups/recapd-test-$$" 2>/dev/null && rmdir "$groups/recapd-test-$$"
}

# With the program that debootstrap itself fetches with.
can_fetch_debian() {
    timeout 60 wget --quiet --tries=2 --output-document=/dev/null "$mirror/dists/$suite/InRelease"
}

# The cache's name changes with what is in it.
kept_debian() {
    echo "$cache/$suite-$(cksum <<<"$contents" | cut -d ' ' -f 1)"
}

has_commands() {
    local command
    for command in "${commands[@]}"; do
        command -v "$command" >/dev/null || return 1
    done
}

install_packages() {
    export DEBIAN_FRONTEND=noninteractive
    command -v apt-get >/dev/null || return 1
    echo "installing ${packages[*]}"
    { apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"; } >/dev/null && has_commands
}

# A copy of the cached Debian in $root.
prepare_debian() {
    local kept
    kept=$(kept_debian)
    if [[ ! -d $kept ]]; then
        echo "fetching a Debian $suite into $kept"
        timeout 600 debootstrap --variant=minbase --include="$contents" "$suite" "$scratch/debian" "$mirror" \
            >"$scratch/debootstrap.log" 2>&1 || skip "debootstrap failed: $(tail -n 3 "$scratch/debootstrap.log")"
        rm -rf "$scratch/debian/"{var/cache/apt,var/lib/apt/lists,usr/share/doc,usr/share/locale}
        # Another run may have been quicker; then its copy is as good as ours.
        mv --no-target-directory "$scratch/debian" "$kept" 2>/dev/null || [[ -d $kept ]]
    fi
    cp --archive --reflink=auto "$kept" "$root"
}

install_recapd() {
    install -D --mode=755 "$binary" "$root/usr/bin/recapd"
    install -D --mode=644 "$repository/systemd/recapd.service" "$root/usr/lib/systemd/system/recapd.service"
    install -D --mode=644 --target-directory="$root/etc/recapd" "$config"/*.toml
    source_named one >"$root/etc/recapd/sources.toml"
}

# --keep-unit and --register=no: it must also work where the machine itself was not booted by systemd.
boot() {
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --directory="$root" --machine="recapd-test-$$" \
        --register=no --keep-unit --private-network --boot </dev/null >"$scratch/console.log" 2>&1 &
    nspawn=$!
    within 60 booted || skip "systemd-nspawn does not boot here: $(tail -n 5 "$scratch/console.log")"
    ok "Debian $suite is booted, $(inside systemctl --version | head -n 1)"
}

booted() {
    init=$(pgrep --parent "$nspawn") && [[ $(inside systemctl is-system-running 2>/dev/null) =~ running|degraded ]]
}

start_origin() {
    install -D --target-directory="$root/opt" "$repository/tests/systemd/origin.py"
    inside systemd-run --quiet --unit=origin --property=StandardOutput=append:/var/log/origin.log \
        python3 /opt/origin.py "${origin##*:}"
    within 20 inside curl --silent --output /dev/null "http://$origin/" || fail "the origin does not answer"
}

clean_up() {
    if [[ -n $nspawn ]]; then
        [[ -z $init ]] || inside systemctl poweroff >/dev/null 2>&1 || true
        within 15 container_is_gone || kill -KILL "$nspawn" 2>/dev/null || true
        wait "$nspawn" 2>/dev/null || true
    fi
    [[ -z $scratch ]] || rm -rf --one-file-system "$scratch"
}

container_is_gone() {
    ! kill -0 "$nspawn" 2>/dev/null
}

# --- The report.

# Tries a command until it succeeds, for so many seconds.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

ok() {
    echo "ok: $*"
}

fail() {
    echo "FAILED: $*"
    [[ -z $init ]] || inside journalctl --unit=recapd --no-pager --lines=60 || true
    exit 1
}

skip() {
    echo "skipped: $*"
    case ${RECAPD_SYSTEMD_TEST:-} in
    must) exit 1 ;;
    able) [[ -z $able ]] || exit 1 ;;
    esac
    exit 0
}

main
