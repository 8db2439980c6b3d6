/** What to do about a contract's refusal, by the name of its custom error. */
export const remedies: Readonly<Record<string, string>> = {
  // Nodes
  OperatorTaken: 'This key already belongs to a node: use it, or make another key for the new node.',
  NotRegistered: 'Register the node first (`koinon node start` does).',
  NotAuthorized: 'Send it from the account the contract expects.',
  InsufficientStake: 'Ask for at most what is available.',
  NotWithdrawable: 'Wait until the time the contract names; stake leaves only after the unstaking delay.',
  BlockNotOver: 'Ask again when the block is over.',
  LogShrank:
    'The log on disk is older than what was anchored: restore the newest backup before the node goes on.',
  LogForked: 'The log on disk is not the one that was anchored: stop the node and restore its own data.',
  AnchoredTooOften: 'Wait until the time the contract names, and anchor once an epoch.',
  CourtNotDue: 'Wait until the time the contract names.',
  // Escrow
  InsufficientBalance: 'Deposit more into the escrow first.',
  ERC20InsufficientBalance: 'Get more of the token into this account first.',
  ERC20InsufficientAllowance: 'Try again: the allowance was used by another transaction.',
  ChannelOpen: 'Top the channel up instead, or open one with another number.',
  ChannelUnknown:
    'Open the channel first; its payer, payee, token, signer, coverage and number must all be the same.',
  ChannelClosing: 'The payer is closing this channel: claim what is due and use another channel.',
  ChannelNotDue: 'Wait until the time the contract names; where that is 0, ask to close first.',
  BadVoucherSignature: 'Ask the payer for a voucher signed by the key that the channel names.',
  VoucherSpent: 'This much was claimed already: claim with a newer voucher.',
  VoucherExceedsDeposit: 'Ask the payer to top up the channel.',
  StakeTooSmall: 'Stake more KOIN, or wait until earlier claims have matured.',
  // Court
  BadSignature:
    'Every statement must carry the signature of whom it names; get it again from where it came from.',
  EvidenceMismatch:
    'Hand in what the statement itself names: the order, opening, steps and place that belong to it.',
  NoContradiction: 'The evidence fits an honest signer: there is nothing to decide.',
  AlreadyRaised: 'It is open or decided already: look at how it stands.',
  Unknown: 'Check the id; where it was right, there is nothing left to do.',
  NotNow: 'Do it between the times the contract names.',
  TooOld: 'Evidence is heard for one challenge window only.',
  OutOfOffice: 'Turn to the court in office.',
  LeafBeyondTree: 'The tree is not that large: use the place in an anchor that holds the entry.',
  BadPathLength: 'Make the path anew for this index and this size.',
  AnchorGone: 'Use an anchor that can still be read.',
  RoundUnknown: 'Wait for the round, and record it while its value can be had.',
  RoundRefused: 'Get the proof of this very round.',
  // Audits
  InsufficientFund: 'Add to the fund that pays for audits, or ask for less.',
  NotDrawn: 'Only who the lot fell on is paid for the audit.',
  NotWinning: 'This order did not win its drawing; another one may.',
  AlreadyPaid: 'An order pays for one audit, once.',
  NotHeld: 'Hold the drawing first, then wait for its round.',
  StakeTooLarge: 'Reveal planted faults only while the stake is covered by the deposit of their set.',
  // Datasets
  ERC721NonexistentToken: 'Check the number of the dataset (`koinon data ls`).',
  ERC721InsufficientApproval: 'Only the owner of the dataset may do this.',
  GrantOfOldEpoch: 'The dataset changed hands or all its grants were revoked: ask for a new grant.',
  GrantOfOldPolicy: 'The owner changed the policy: ask for a new grant.',
  GrantNotInTime: 'The grant is not valid now: ask for a new one.',
  GrantIsRevoked: 'The owner revoked this grant: ask for another.',
  GrantUsedUp: 'Every use of this grant is taken: ask for another.',
  GrantTooSmall: 'Ask for a grant with more privacy budget.',
  BadGrantSignature: 'The grant must be signed by the present owner of the dataset.',
  BudgetExceeded: "The dataset's privacy budget is used up; its cap is fixed.",
  WrongReservation: 'An order has one reservation per dataset, which is spent or released once.',
  // Models
  AlreadyRegistered: 'The same bytes are registered already: `koinon models show` tells by whom.',
  NotPublisher: 'Only who registered the model may amend its passport.',
  ParentUnknown: 'Register the parent model first.',
};
