# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion for rivereto.
_rivereto()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local common="--help --version --config --threads --quiet --log-level"
    case $previous in
        --units) COMPREPLY=($(compgen -W "l3bps l2bps pps fps inl2% outl2% bytes packets flows distinct:" -- "$current")); return ;;
        --limit-type) COMPREPLY=($(compgen -W "avg max last" -- "$current")); return ;;
        --kind) COMPREPLY=($(compgen -W "table timeseries sankey flows" -- "$current")); return ;;
        --baseline) COMPREPLY=($(compgen -W "around before" -- "$current")); return ;;
        --previous-period) COMPREPLY=($(compgen -W "hour day week 4weeks year" -- "$current")); return ;;
        --log-level) COMPREPLY=($(compgen -W "debug info warning error" -- "$current")); return ;;
        --format)
            case $command in
                schema) COMPREPLY=($(compgen -W "md json" -- "$current")) ;;
                explain) COMPREPLY=($(compgen -W "text csv json" -- "$current")) ;;
                inspect) COMPREPLY=($(compgen -W "text json ndjson" -- "$current")) ;;
                exporters|findings) COMPREPLY=($(compgen -W "text csv json" -- "$current")) ;;
                export) COMPREPLY=($(compgen -W "csv json ndjson ipfix nfcapd rivereto" -- "$current")) ;;
                import|check) COMPREPLY=($(compgen -W "text json" -- "$current")) ;;
                *) COMPREPLY=($(compgen -W "text csv json ndjson" -- "$current")) ;;
            esac
            return ;;
        --dimensions|--fields|--sort)
            local last=${current##*,} before=""
            [[ $current != *,* ]] || before=${current%,*},
            COMPREPLY=($(compgen -P "$before" -W "$("$1" schema --format json 2>/dev/null | sed -n 's/.*"name": "\([A-Za-z0-9]*\)".*/\1/p')" -- "$last"))
            return ;;
        --db|--config|--check|--salvage|--write|--scenario|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --from|--to|--filter|--limit|--truncate-v4|--truncate-v6|--points|--interval|--count|--threads|--for|--rate|--flows|--seed|--target|--listen|--exporter|--datagram) return ;;
    esac
    if [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "import listen query export explain exporters findings inspect schema config check demo --help --version" -- "$current") $(compgen -f -- "$current"))
        return
    fi
    local options=""
    case $command in
        import) options="--db --format" ;;
        listen) options="--db --listen --for --print" ;;
        query) options="--db -r --from --to --dimensions --filter --units --limit --limit-type --truncate-v4 --truncate-v6 --kind --points --interval --bidirectional --previous-period --spread --billing --fields --sort --count --format --local" ;;
        export) options="--db -r --input --from --to --filter --fields --count --output --format --force --local" ;;
        inspect) options="--count --exporter --datagram --field --templates --problems --hex --format" ;;
        findings) options="--db -r --interval --format --local" ;;
        exporters) options="--db -r --interfaces --format --local" ;;
        explain) options="--db -r --from --to --baseline --dimensions --filter --units --limit --truncate-v4 --truncate-v6 --spread --format --local" ;;
        schema) options="--format" ;;
        config) options="--dump --check" ;;
        check) options="--format --salvage" ;;
        demo) options="--target --write --rate --for --flows --scenario --seed" ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options $common" -- "$current"))
    else
        COMPREPLY=($(compgen -f -- "$current"))
    fi
}
complete -o filenames -F _rivereto rivereto
