# Holds a throwaway folder and the server in it. Commands come on standard input, one word a line; each is answered
# with a line. When the input ends (the process that made the folder has gone, however it went) the server is stopped
# and the folder removed. Arguments: the folder, the postgres binary, then the server's options.
trap '' HUP INT TERM
folder=$1 postgres=$2
shift 2
data=$folder/data

# Ends the server with a signal, sent again until it is gone: it may not yet have written its pid.
end() {
    [ -f "$folder/running" ] || return 0
    while [ ! -f "$folder/exited" ]; do
        pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
        if [ -n "$pid" ]; then
            if [ "$1" = KILL ]; then
                kill -KILL "$pid" $(pgrep -P "$pid") 2>/dev/null
            else
                kill -"$1" "$pid" 2>/dev/null
            fi
        fi
        sleep 0.02
    done
    rm -f "$folder/running" "$folder/exited" "$data/postmaster.pid"
}

while read -r word; do
    case $word in
    start)
        end QUIT
        : >"$folder/running"
        (trap - HUP INT TERM; "$postgres" -D "$data" "$@" </dev/null >>"$folder/log" 2>&1; : >"$folder/exited") &
        ;;
    stop) end INT ;;
    kill) end KILL ;;
    esac
    echo "$word"
done

end QUIT
cd / && rm -rf "$folder"
