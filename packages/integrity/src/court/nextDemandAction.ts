import type { Hex } from '@koinon/protocol';
import type { CourtAction, DemandShape } from './views.ts';

/** What an honest node does next about a demand: answers when it is the one asked, closes it when it is the one that asked. */
export function nextDemandAction(
  view: DemandShape,
  known: { me: Hex; nowSeconds: number; canAnswer: boolean },
): CourtAction {
  if (view.outcome !== 'open') return { do: 'done' };
  const isMe = (who: Hex) => who.toLowerCase() === known.me.toLowerCase();
  if (known.nowSeconds < view.until) {
    if (isMe(view.node) && known.canAnswer) return { do: 'answerDemand', demand: view.demand };
    return { do: 'wait', until: view.until };
  }
  return isMe(view.demander) ? { do: 'closeDemand', demand: view.demand } : { do: 'done' };
}
