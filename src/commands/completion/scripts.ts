export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell' | 'kubectl'

/**
 * The completion script of each shell. It passes the line up to the cursor to `__complete`, which prints `files` or
 * `words` and then one candidate per line, with a tab and its description. So a script never becomes outdated.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of kc-logout:  source <(kc-logout completion bash)
_kc_logout() {
  local line=\${COMP_LINE:0:COMP_POINT} cur=\${COMP_WORDS[COMP_CWORD]} kind value about
  local word=\${line##*[[:space:]]}
  # bash cuts words at = and :, so the part before the last of them must not be repeated.
  local before=\${word%"$cur"}
  [[ $cur == [=:] ]] && before=$word
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS=$'\\t' read -r value about; do COMPREPLY+=("\${value#"$before"}"); done
  } < <(kc-logout __complete "$line" 2>/dev/null)
  if [[ $kind == files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=()
    while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "\${cur#[=:]}")
  fi
}
complete -o nosort -F _kc_logout kc-logout 2>/dev/null || complete -F _kc_logout kc-logout
`,
  zsh: `#compdef kc-logout
# zsh completion of kc-logout:  source <(kc-logout completion zsh), after compinit
_kc_logout() {
  local -a lines candidates
  local entry kind
  lines=("\${(@f)$(kc-logout __complete "\${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  kind=$lines[1]
  if [[ $kind == files ]]; then
    [[ $PREFIX == --*=* ]] && compset -P '*='
    _files
    return
  fi
  for entry in "\${(@)lines[2,-1]}"; do
    [[ -n $entry ]] || continue
    if [[ $entry == *$'\\t'* ]]; then
      candidates+=("\${\${entry%%$'\\t'*}//:/\\\\:}:\${entry#*$'\\t'}")
    else
      candidates+=("\${entry//:/\\\\:}")
    fi
  done
  (( $#candidates )) && _describe -V 'kc-logout' candidates
}
if [[ $funcstack[1] == _kc_logout ]]; then _kc_logout "$@"; else compdef _kc_logout kc-logout; fi
`,
  fish: `# fish completion of kc-logout:  kc-logout completion fish | source
function __kc_logout_complete
    set -l lines (kc-logout __complete (commandline -cp | string collect) 2>/dev/null)
    if test "$lines[1]" = files
        __fish_complete_path (commandline -ct)
    else if test (count $lines) -gt 1
        printf '%s\\n' $lines[2..-1]
    end
end
complete -c kc-logout -f -k -a '(__kc_logout_complete)'
`,
  powershell: `# PowerShell completion of kc-logout (untested):  kc-logout completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName kc-logout -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $line = $commandAst.ToString()
  $end = [Math]::Min($cursorPosition - $commandAst.Extent.StartOffset, $line.Length)
  $line = $line.Substring(0, $end)
  if ($wordToComplete -eq '') { $line += ' ' }
  $lines = @(kc-logout __complete $line 2>$null)
  if ($lines.Count -lt 2 -or $lines[0] -eq 'files') { return }
  foreach ($entry in $lines[1..($lines.Count - 1)]) {
    $value, $about = $entry -split "\`t", 2
    if (-not $about) { $about = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $about)
  }
}
`,
  // kubectl passes the words after `kc-logout`, and reads cobra's form: candidates, then `:4` (no files) or `:0`.
  kubectl: `#!/bin/sh
# completion of \`kubectl kc-logout\`: an executable kubectl_complete-kc_logout in the PATH
kc-logout __complete "kc-logout $*" 2>/dev/null | {
  IFS= read -r kind
  cat
  if [ "$kind" = files ]; then echo :0; else echo :4; fi
}
`,
}
