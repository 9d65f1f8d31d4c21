"""Completion scripts, one per shell: they ask embedkit, which answers by the rules of `click.shell_completion`.

Click's own scripts do not complete --option=VALUE, and in fish neither ~/FILE nor descriptions with a comma.
"""

from __future__ import annotations

BASH = r"""
_embedkit_completion() {
    local IFS=$'\n' at=$COMP_CWORD words=("${COMP_WORDS[@]}") i type value
    # --option=value comes as three words
    for ((i = COMP_CWORD - 1; i > 0; i--)); do
        if [[ ${words[i]} == = && ${words[i - 1]} == --* ]]; then
            unset "words[i]"
            ((at--))
        fi
    done
    COMPREPLY=()
    while IFS=, read -r type value; do
        case $type in
            file) compopt -o default ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_WORDS="${words[*]}" COMP_CWORD="$at" _EMBEDKIT_COMPLETE=bash_complete \
        "${1/#\~/$HOME}" 2> /dev/null)
}
complete -o nosort -F _embedkit_completion embedkit
"""

ZSH = r"""
#compdef embedkit
_embedkit_completion() {
    local -a answers plain described
    local type value help
    answers=("${(@f)$(COMP_WORDS="${words[*]}" COMP_CWORD=$((CURRENT - 1)) _EMBEDKIT_COMPLETE=zsh_complete \
        ${(Q)~words[1]} 2> /dev/null)}")
    # of --option=value the value alone
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    for type value help in "${answers[@]}"; do
        case $type in
            file) _path_files -f ;;
            plain) if [[ $help == _ ]]; then plain+=("$value"); else described+=("$value:$help"); fi ;;
        esac
    done
    (($#described)) && _describe -V embedkit described
    (($#plain)) && compadd -V embedkit -a plain
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _embedkit_completion "$@"
else
    compdef _embedkit_completion embedkit
fi
"""

FISH = r"""
function _embedkit_completion
    set -l program (commandline -opc)[1]
    set -l token (commandline -ct)
    set -l option (string match -r -- '^--[^=]*=' $token)
    for line in (env COMP_WORDS=(commandline -cp | string collect) COMP_CWORD=$token _EMBEDKIT_COMPLETE=fish_complete \
            $program 2> /dev/null)
        set -l answer (string split -m 1 , -- $line)
        switch $answer[1]
            case file
                # as fish completes files itself
                complete -C "'' $token"
            case plain
                echo -- "$option$answer[2]"
        end
    end
end
complete --command embedkit --no-files --arguments '(_embedkit_completion)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}
