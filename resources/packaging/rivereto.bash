# SPDX-License-Identifier: GPL-3.0-or-later
# Bash completion for rivereto.
_rivereto()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local common="--help --version --config --threads --quiet --log-level"
    local commands="import listen interfaces query explain inspect exporters findings export report schema config check demo"
    case $previous in
        --units) COMPREPLY=($(compgen -W "l3bps l2bps pps fps inl2% outl2% bytes packets flows distinct:" -- "$current")); return ;;
        --limit-type) COMPREPLY=($(compgen -W "avg max last" -- "$current")); return ;;
        --kind) COMPREPLY=($(compgen -W "table timeseries sankey flows" -- "$current")); return ;;
        --chart) COMPREPLY=($(compgen -W "stacked lines grid stacked100 heatmap sankey" -- "$current")); return ;;
        --baseline) COMPREPLY=($(compgen -W "around before" -- "$current")); return ;;
        --previous-period) COMPREPLY=($(compgen -W "hour day week 4weeks year" -- "$current")); return ;;
        --log-level) COMPREPLY=($(compgen -W "debug info warning error" -- "$current")); return ;;
        --interface)
            COMPREPLY=($(compgen -W "$("$1" interfaces 2>/dev/null | cut -d' ' -f1)" -- "$current"))
            return ;;
        --format)
            case $command in
                schema) COMPREPLY=($(compgen -W "md json" -- "$current")) ;;
                inspect) COMPREPLY=($(compgen -W "text json ndjson" -- "$current")) ;;
                explain|exporters|findings) COMPREPLY=($(compgen -W "text csv json" -- "$current")) ;;
                export) COMPREPLY=($(compgen -W "csv json ndjson ipfix nfcapd pcap rivereto" -- "$current")) ;;
                import|check|interfaces) COMPREPLY=($(compgen -W "text json" -- "$current")) ;;
                *) COMPREPLY=($(compgen -W "text csv json ndjson" -- "$current")) ;;
            esac
            return ;;
        --dimensions|--fields|--sort)
            local last=${current##*,} before=""
            [[ $current != *,* ]] || before=${current%,*},
            COMPREPLY=($(compgen -P "$before" -W "$("$1" schema --format json 2>/dev/null | sed -n 's/.*"name": "\([A-Za-z0-9]*\)".*/\1/p')" -- "$last"))
            return ;;
        --db|--config|--check|--salvage|--write|--scenario|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --from|--to|--filter|--capture-filter|--limit|--truncate-v4|--truncate-v6|--points|--interval|--count|--threads|--for|--rate) return ;;
        --flows|--seed|--target|--listen|--exporter|--datagram|--field|--input|--view|--scale) return ;;
    esac
    if [[ $COMP_CWORD -eq 1 ]]; then
        if [[ $current == -* ]]; then
            COMPREPLY=($(compgen -W "$common" -- "$current"))
        else
            COMPREPLY=($(compgen -W "$commands" -- "$current") $(compgen -f -- "$current"))
        fi
        return
    fi
    local input="--db -r --input --from --to --filter"
    local question="$input --dimensions --units --limit --limit-type --truncate-v4 --truncate-v6 --kind --points --interval --bidirectional
        --previous-period --spread --billing --fields --sort --count --local"
    local options=""
    case $command in
        import) options="--db --format --again --from --to --follow --for --input" ;;
        listen) options="--db --listen --interface --capture-filter --for --print" ;;
        interfaces) options="--format" ;;
        query) options="$question --format" ;;
        explain) options="$input --baseline --dimensions --units --limit --truncate-v4 --truncate-v6 --spread --format --local" ;;
        inspect) options="--count --exporter --datagram --field --templates --problems --hex --format" ;;
        exporters) options="--db -r --interfaces --format --local" ;;
        findings) options="--db -r --interval --format --local" ;;
        export) options="$input --fields --count --output --format --force --local" ;;
        report) options="$question --view --chart --output --scale" ;;
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
