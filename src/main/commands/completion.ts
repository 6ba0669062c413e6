import type { CommandEntry, CommandModule } from '../command.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';

/** `entries`: what is completed; a parameter, since this command is one of them. */
export function completionOf(entries: readonly CommandEntry[]): CommandModule {
  return {
    name: 'completion',
    summary: `print what makes a shell complete gatehouse: ${SHELLS.join(', ')}`,
    examples: [
      { line: 'gatehouse completion bash > gatehouse.bash', does: 'for bash; ~/.bashrc sources it' },
      { line: 'gatehouse completion zsh > _gatehouse', does: 'for zsh, in a folder of its $fpath' },
      { line: 'gatehouse completion fish > gatehouse.fish', does: 'for fish, in ~/.config/fish/completions' },
    ],
    define: (command) => {
      command.argument('<shell>', SHELLS.join(', '));
    },
    async run(_, io, [named = '']) {
      const { offersOf } = await import('../completion/offers.ts');
      const offers = await offersOf(await Promise.all(entries.map((entry) => entry.load())));
      const shell = SHELLS.find((one) => one === named.toLowerCase()) ?? 'bash';
      io.stdout.write((await scriptFor(shell))(offers));
      return 0;
    },
  };
}

async function scriptFor(shell: Shell) {
  switch (shell) {
    case 'bash':
      return (await import('../completion/bash.ts')).bashScript;
    case 'zsh':
      return (await import('../completion/zsh.ts')).zshScript;
    case 'fish':
      return (await import('../completion/fish.ts')).fishScript;
  }
}
