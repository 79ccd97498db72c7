# bash completion for pniscope, from its table of commands
_pniscope() {
  local word=${COMP_WORDS[COMP_CWORD]} command='' i options
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
    status|findings|why|events|find|sites|probes|links|members|subnets|classes|endpoints|sessions|routes|bfd|lag|rates|latency|loss|asymmetry|legs|calls|streams|limiters|middlebox|history|audit|explain|compare|report|declare|ack|maintenance|evidence|purge|doctor|check|import|analyze) command=${COMP_WORDS[i]} ;;
    esac
  done
  case $command in
    status) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --wide --no-color --tz --help " ;;
    findings) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    why) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --every --json --wide --no-color --tz --help " ;;
    events) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --json --csv --wide --no-color --tz --help --follow " ;;
    find) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    sites) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    probes) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    links) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    members) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    subnets) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    classes) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    endpoints) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    sessions) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    routes) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    bfd) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    lag) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    rates) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    latency) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    loss) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    asymmetry) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    legs) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    calls) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    streams) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    limiters) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    middlebox) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    history) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --every --json --csv --wide --no-color --tz --help " ;;
    audit) options=" --redis --site --link --dir --side --subnet --class --sort --limit --every --json --csv --wide --no-color --tz --help --strict " ;;
    explain) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help --config " ;;
    compare) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    report) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    declare) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help --config --role " ;;
    ack) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help --by " ;;
    maintenance) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --json --csv --wide --no-color --tz --help --by --drill " ;;
    evidence) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    purge) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help " ;;
    doctor) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help --config " ;;
    check) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help " ;;
    import) options=" --redis --site --link --dir --side --subnet --class --sort --limit --wide --no-color --tz --help --config " ;;
    analyze) options=" --redis --site --link --dir --side --subnet --class --sort --limit --json --csv --wide --no-color --tz --help --config --flows --exit-verdict --window --strict " ;;
    *) options=" --redis --site --link --dir --side --subnet --class --at --since --until --sort --limit --every --json --csv --wide --no-color --tz --help status findings why events find sites probes links members subnets classes endpoints sessions routes bfd lag rates latency loss asymmetry legs calls streams limiters middlebox history audit explain compare report declare ack maintenance evidence purge doctor check import analyze" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
}
complete -o default -F _pniscope pniscope
