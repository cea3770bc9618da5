# Runs one server and ends it when its owner is gone.
#
# The owner holds the other end of our standard input. A line there is an order (start, stop,
# kill), answered by the same word; the end of the input, which the kernel gives however the owner
# died, means: stop the server and remove its folder.
#
# `kill -s NAME -- -GROUP` is the one spelling that dash and bash share.
#
# usage: sh -c "$(cat supervise.sh)" supervise FOLDER SIGNAL COMMAND...
folder=$1 signal=$2
shift 2
trap '' INT TERM HUP
server=

start() {
    # A session of its own, so that its process group is all of it and nothing else.
    ( trap - INT TERM HUP; exec setsid "$@" ) </dev/null >>"$folder/server.log" 2>&1 &
    server=$!
}

alive() { kill -s 0 -- "-$server" 2>/dev/null; }

end() {
    [ -n "$server" ] || return 0
    kill -s "$1" "$server" 2>/dev/null
    tries=0
    # Till the server itself is gone, ten seconds at most; what it left behind is ended then.
    while kill -0 "$server" 2>/dev/null && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -s KILL -- "-$server" 2>/dev/null
    wait "$server" 2>/dev/null
    tries=0
    while alive && [ $tries -lt 40 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    server=
}

while read -r order; do
    case $order in
        start) start "$@" ;;
        stop) end "$signal" ;;
        kill) [ -z "$server" ] || kill -s KILL -- "-$server" 2>/dev/null; end KILL ;;
    esac
    echo "$order $server"
done
end "$signal"
rm -rf "$folder"
