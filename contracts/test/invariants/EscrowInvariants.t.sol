// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {ChannelKey} from "../../src/types/ChannelKey.sol";
import {EscrowTest} from "../support/EscrowTest.sol";

/// @dev Plays four people with six channels among them, keeps its own books, and does only what must work. Everybody is
/// payer and payee; channels 0 to 2 ask for coverage.
contract EscrowHandler is EscrowTest {
    uint256 public constant PEOPLE = 4;
    uint256 public constant CHANNELS = 6;
    uint256 private constant FIRST_KEY = 0xA0;

    address[PEOPLE] public people;
    /// @dev What a person's deposits, claims, refunds and slash receipts brought, and withdrawals, channels and slashes
    /// took.
    mapping(address => uint256) public gained;
    mapping(address => uint256) public lost;
    mapping(uint256 channel => uint256) public lockedIn;
    mapping(uint256 channel => uint256) public releasedFrom;
    mapping(uint256 channel => uint256) public claimedBefore;
    IEscrow.Claim[] private _used;
    uint256 public replayGain;
    uint256 public exposureExcess;
    uint256 public claims;
    uint256 public closings;
    uint256 public slashes;

    constructor() {
        deployEscrow();
        installCourt();
        for (uint256 i; i < PEOPLE; ++i) {
            people[i] = vm.addr(FIRST_KEY + i);
            token.mint(people[i], 1e24);
            vm.prank(people[i]);
            token.approve(address(escrow), type(uint256).max);
            stakeNode(people[i], 1e21);
        }
    }

    function keyAt(uint256 channel) public view returns (ChannelKey memory key) {
        key = keyOf(uint64(channel), channel < 3 ? 1e18 : 0);
        (key.payer, key.payee) = (people[channel % PEOPLE], people[(channel + 1 + channel / 4) % PEOPLE]);
        key.signer = key.payer;
    }

    function stateOf(uint256 channel) public view returns (uint256 deposited, uint256 claimed, uint48 closesAt) {
        return escrow.channel(idOf(keyAt(channel)));
    }

    function deposit(uint256 who, uint256 amount) external {
        address person = people[who % PEOPLE];
        amount = within(amount, 1, 1e20);
        token.mint(person, amount);
        vm.prank(person);
        escrow.deposit(token, amount);
        gained[person] += amount;
    }

    function withdraw(uint256 who, uint256 amount) external {
        address person = people[who % PEOPLE];
        amount = within(amount, 0, balance(person));
        vm.prank(person);
        escrow.withdraw(token, amount, person);
        lost[person] += amount;
    }

    function openOrTopUp(uint256 channel, uint256 amount) external {
        channel %= CHANNELS;
        ChannelKey memory key = keyAt(channel);
        (uint256 deposited, uint256 claimed, uint48 closesAt) = stateOf(channel);
        if (closesAt != 0 || balance(key.payer) == 0) return;
        amount = within(amount, 1, balance(key.payer));
        vm.prank(key.payer);
        if (deposited == claimed) escrow.openChannel(key, amount);
        else escrow.topUp(key, amount);
        lost[key.payer] += amount;
        lockedIn[channel] += amount;
    }

    function claim(uint256 channel, uint256 amount) external {
        channel %= CHANNELS;
        (uint256 deposited, uint256 claimed,) = stateOf(channel);
        uint256 most = claimable(channel);
        if (most == 0) return;
        IEscrow.Claim memory it = signedFor(channel, claimed + within(amount, 1, most));
        vm.assertLe(it.cumulativeAmount, deposited, "the handler asks for too much");
        escrow.claim(it);
        booked(channel, it.cumulativeAmount - claimed);
        _used.push(it);
    }

    function claimSeveral(uint256 from, uint256 amount) external {
        from %= 3;
        IEscrow.Claim[] memory batch = new IEscrow.Claim[](3);
        uint256[3] memory before;
        for (uint256 i; i < 3; ++i) {
            uint256 channel = 3 + (from + i) % 3;
            (, before[i],) = stateOf(channel);
            uint256 most = claimable(channel);
            // A voucher that brings nothing where nothing is left: the batch must get over it.
            batch[i] = signedFor(channel, most == 0 ? before[i] : before[i] + within(amount, 1, most));
        }
        escrow.claimMany(batch);
        for (uint256 i; i < 3; ++i) {
            booked(3 + (from + i) % 3, batch[i].cumulativeAmount - before[i]);
            _used.push(batch[i]);
        }
    }

    function replay(uint256 which) external {
        if (_used.length == 0) return;
        IEscrow.Claim[] memory batch = new IEscrow.Claim[](1);
        batch[0] = _used[which % _used.length];
        replayGain += escrow.claimMany(batch);
    }

    function requestClose(uint256 channel) external {
        channel %= CHANNELS;
        (uint256 deposited,, uint48 closesAt) = stateOf(channel);
        if (deposited == 0 || closesAt != 0) return;
        ChannelKey memory key = keyAt(channel);
        vm.prank(key.payer);
        escrow.requestClose(key);
    }

    function close(uint256 channel, bool byPayee) external {
        channel %= CHANNELS;
        (uint256 deposited,, uint48 closesAt) = stateOf(channel);
        if (deposited == 0) return;
        ChannelKey memory key = keyAt(channel);
        if (byPayee) vm.prank(key.payee);
        else if (closesAt == 0 || vm.getBlockTimestamp() < closesAt) return;
        uint256 refund = escrow.close(key);
        gained[key.payer] += refund;
        releasedFrom[channel] += refund;
        (, claimedBefore[channel],) = stateOf(channel);
        ++closings;
    }

    function slash(uint256 who, uint256 amount, uint256 to) external {
        address person = people[who % PEOPLE];
        address receiver = people[to % PEOPLE];
        uint256 owned = balance(person);
        vm.prank(court);
        uint256 taken = escrow.slash(token, person, within(amount, 0, 1e20), receiver);
        if (person != receiver) vm.assertEq(balance(person), owned, "the court touched a balance");
        lost[person] += taken;
        gained[receiver] += taken;
        if (taken != 0) ++slashes;
    }

    function wait(uint256 time) external {
        pass(within(time, 1, CHALLENGE_WINDOW));
    }

    function claimable(uint256 channel) private view returns (uint256) {
        (uint256 deposited, uint256 claimed,) = stateOf(channel);
        uint256 held = deposited - claimed;
        if (channel >= 3) return held;
        address to = keyAt(channel).payee;
        uint256 covered = nodes.freeStake(to) - escrow.exposureOf(to);
        return held < covered ? held : covered;
    }

    function signedFor(uint256 channel, uint256 total) private view returns (IEscrow.Claim memory) {
        return voucherBy(FIRST_KEY + channel % PEOPLE, escrow.DOMAIN_SEPARATOR(), keyAt(channel), uint128(total));
    }

    function booked(uint256 channel, uint256 amount) private {
        address to = keyAt(channel).payee;
        gained[to] += amount;
        releasedFrom[channel] += amount;
        if (escrow.exposureOf(to) > nodes.freeStake(to)) ++exposureExcess;
        (, claimedBefore[channel],) = stateOf(channel);
        if (amount != 0) ++claims;
    }

    function bookOf(address person) external view returns (uint256) {
        return balance(person) + maturing(person);
    }

    function totals() external view returns (uint256 tokens, uint256 owed) {
        return (token.balanceOf(address(escrow)), escrow.owed(address(token)));
    }
}

contract EscrowInvariants is EscrowTest {
    EscrowHandler private handler;

    function setUp() public {
        handler = new EscrowHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_TheTokenBalanceCoversWhatIsOwed() public view {
        (uint256 tokens, uint256 owed) = handler.totals();
        vm.assertEq(tokens, owed, "tokens and debts differ");
    }

    function invariant_WhatIsOwedIsInSomebodysBalanceOrSomeChannel() public view {
        uint256 sum;
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            sum += handler.bookOf(handler.people(i));
        }
        for (uint256 i; i < handler.CHANNELS(); ++i) {
            (uint256 deposited, uint256 claimed,) = handler.stateOf(i);
            sum += deposited - claimed;
        }
        (, uint256 owed) = handler.totals();
        vm.assertEq(sum, owed, "the parts do not make the whole");
    }

    function invariant_EverybodyHasWhatTheyGotLessWhatTheyGave() public view {
        for (uint256 i; i < handler.PEOPLE(); ++i) {
            address person = handler.people(i);
            vm.assertEq(
                handler.bookOf(person) + handler.lost(person), handler.gained(person), "an account is off its books"
            );
        }
    }

    function invariant_EveryUnitLockedInAChannelIsReleasedOnce() public view {
        for (uint256 i; i < handler.CHANNELS(); ++i) {
            (uint256 deposited, uint256 claimed,) = handler.stateOf(i);
            vm.assertEq(deposited, handler.lockedIn(i), "deposits were lost");
            vm.assertEq(deposited - claimed + handler.releasedFrom(i), handler.lockedIn(i), "released more or less");
        }
    }

    function invariant_WhatWasClaimedNeverShrinks() public view {
        for (uint256 i; i < handler.CHANNELS(); ++i) {
            (, uint256 claimed,) = handler.stateOf(i);
            vm.assertEq(claimed, handler.claimedBefore(i), "claimed changed on its own");
        }
    }

    function invariant_NoVoucherPaysTwice() public view {
        vm.assertEq(handler.replayGain(), 0, "a replay paid");
    }

    function invariant_CoveredClaimsNeverExceedTheFreeStake() public view {
        vm.assertEq(handler.exposureExcess(), 0, "claims without cover");
    }
}
