// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IAudits} from "../../src/interfaces/IAudits.sol";
import {Order} from "../../src/types/Statements.sol";
import {AuditsTest} from "../support/AuditsTest.sol";

/// @dev Plays three requesters with funds in two tokens, KOIN one of them, and a provider that plants; keeps its own
/// books, and does only what must work.
contract AuditsHandler is AuditsTest {
    uint256 public constant REQUESTERS = 3;
    uint256 private constant FIRST_KEY = 0xC0FFEE;

    mapping(address who => mapping(address token => uint256)) public given;
    mapping(address who => mapping(address token => uint256)) public refunded;
    mapping(address who => mapping(address token => uint256)) public paidFor;
    uint256 public deposits;
    uint256 public tickets;
    uint256 public replays;
    IAudits.Ticket[] private _used;
    address[REQUESTERS] private _requesters;

    struct Planted {
        bytes32 id;
        uint256 requester;
        bytes32[] leaves;
        Order[] orders;
    }

    Planted[] private _sets;
    mapping(bytes32 set => uint256) private _depositOf;

    constructor() {
        deployAudits();
        for (uint256 i; i < REQUESTERS; ++i) {
            _requesters[i] = vm.addr(FIRST_KEY + i);
        }
        koin.transfer(provider, 1e26);
        vm.prank(provider);
        koin.approve(address(audits), type(uint256).max);
        koin.approve(address(audits), type(uint256).max);
        token.approve(address(audits), type(uint256).max);
    }

    function who(uint256 index) public view returns (address) {
        return _requesters[index % REQUESTERS];
    }

    function tokenAt(uint256 index) public view returns (address) {
        return index % 2 == 0 ? address(token) : address(koin);
    }

    function give(uint256 requester_, uint256 token_, uint256 amount) external {
        amount = within(amount, 1, 200e18);
        (address to, address asset) = (who(requester_), tokenAt(token_));
        if (asset == address(token)) token.mint(address(this), amount);
        given[to][asset] += audits.fund(IERC20(asset), to, amount);
    }

    function requestRefund(uint256 requester_, uint256 token_, uint256 amount) external {
        (address from, address asset) = (who(requester_), tokenAt(token_));
        uint256 left = audits.fundOf(from, asset);
        if (left == 0) return;
        vm.prank(from);
        audits.requestRefund(IERC20(asset), within(amount, 1, left));
    }

    function refund(uint256 requester_, uint256 token_) external {
        (address to, address asset) = (who(requester_), tokenAt(token_));
        (uint256 leaving, uint48 at) = audits.leavingOf(to, asset);
        if (leaving == 0 || vm.getBlockTimestamp() < at) return;
        vm.prank(to);
        refunded[to][asset] += audits.refund(IERC20(asset), to);
    }

    function audit(uint256 requester_, uint256 token_, uint128 amount) external {
        (address from, address asset) = (who(requester_), tokenAt(token_));
        (uint256 leaving,) = audits.leavingOf(from, asset);
        uint256 available = audits.fundOf(from, asset) + leaving;
        if (available == 0) return;
        Order memory order = newOrder();
        order.requester = from;
        order.token = asset;
        order.auditAmount = uint128(within(amount, 1, 20e18));
        IAudits.Ticket memory ticket =
            reportOn(deliverAs(order, FIRST_KEY + requester_ % REQUESTERS, PROVIDER_KEY), AUDITOR_KEY, AGREES);
        drawFor(order, true);
        if (available < ODDS * order.auditAmount) vm.prank(auditor);
        paidFor[from][asset] += audits.redeem(ticket);
        ++tickets;
        // Copying one into storage costs more than all the rest.
        if (_used.length < 3) _used.push(ticket);
    }

    function replay(uint256 which, bool byAuditor) external {
        if (_used.length == 0) return;
        IAudits.Ticket memory ticket = _used[which % _used.length];
        if (byAuditor) vm.prank(auditor);
        try audits.redeem(ticket) {
            ++replays;
        } catch {}
    }

    function plant(uint256 requester_, uint256 count) external {
        count = within(count, 1, 4);
        Planted storage it = _sets.push();
        it.requester = requester_ % REQUESTERS;
        for (uint256 i; i < count; ++i) {
            Order memory order = newOrder();
            order.requester = who(requester_);
            it.orders.push(order);
            it.leaves.push(sha256(abi.encodePacked(bytes1(0), digestOf(order), bytes32(i))));
        }
        bytes32 root = rootOf(it.leaves, 0, count);
        uint256 before = koin.balanceOf(provider);
        vm.prank(provider);
        it.id = audits.commitPlants(root, uint32(count));
        _depositOf[it.id] = before - koin.balanceOf(provider);
        deposits += _depositOf[it.id];
    }

    function reveal(uint256 set, uint256 index) external {
        if (_sets.length == 0) return;
        Planted storage it = _sets[set % _sets.length];
        index %= it.orders.length;
        Order memory order = it.orders[index];
        if (vm.getBlockTimestamp() >= audits.plantSet(it.id).committedAt + audits.REVEAL_WINDOW()) return;
        if (audits.plantedAt(provider, digestOf(order)) != 0) return;
        audits.revealPlant(
            it.id,
            order,
            consent(FIRST_KEY + it.requester, order),
            bytes32(index),
            index,
            pathOf(it.leaves, index, 0, it.leaves.length)
        );
    }

    function close(uint256 set) external {
        if (_sets.length == 0) return;
        bytes32 id = _sets[set % _sets.length].id;
        IAudits.PlantSet memory it = audits.plantSet(id);
        bool isWhole = it.revealed == it.count;
        bool isOver = vm.getBlockTimestamp() >= it.committedAt + audits.REVEAL_WINDOW();
        if (it.deposit == 0 || !(isWhole || isOver)) return;
        (uint256 owned, uint256 supply) = (koin.balanceOf(provider), koin.totalSupply());
        audits.closePlants(id);
        deposits -= _depositOf[id];
        vm.assertEq(koin.balanceOf(provider) - owned, isWhole ? _depositOf[id] : 0, "the deposit went elsewhere");
        vm.assertEq(supply - koin.totalSupply(), isWhole ? 0 : _depositOf[id], "the deposit did not burn");
    }

    function wait(uint256 time) external {
        pass(within(time, 1, CHALLENGE_WINDOW));
    }

    function fundOf(uint256 requester_, uint256 token_) external view returns (uint256) {
        (address of_, address asset) = (who(requester_), tokenAt(token_));
        (uint256 leaving,) = audits.leavingOf(of_, asset);
        return audits.fundOf(of_, asset) + leaving;
    }

    function held(uint256 token_) external view returns (uint256) {
        return IERC20(tokenAt(token_)).balanceOf(address(audits));
    }

    function earned(uint256 token_) external view returns (uint256) {
        return IERC20(tokenAt(token_)).balanceOf(auditor);
    }

    function setCount() external view returns (uint256) {
        return _sets.length;
    }

    function setAt(uint256 index) external view returns (IAudits.PlantSet memory) {
        return audits.plantSet(_sets[index].id);
    }
}

contract AuditsInvariants is AuditsTest {
    AuditsHandler private handler;

    function setUp() public {
        handler = new AuditsHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_TheTokensAreThoseOfFundsAndDeposits() public view {
        for (uint256 asset; asset < 2; ++asset) {
            uint256 owed = asset == 1 ? handler.deposits() : 0;
            for (uint256 i; i < handler.REQUESTERS(); ++i) {
                owed += handler.fundOf(i, asset);
            }
            vm.assertEq(handler.held(asset), owed, "tokens and debts differ");
        }
    }

    function invariant_AFundFallsByItsOwnOrdersAndRefundsAloneAndOnlyAuditorsArePaid() public view {
        for (uint256 asset; asset < 2; ++asset) {
            address of_ = handler.tokenAt(asset);
            uint256 paid;
            for (uint256 i; i < handler.REQUESTERS(); ++i) {
                address who = handler.who(i);
                vm.assertEq(
                    handler.fundOf(i, asset) + handler.refunded(who, of_) + handler.paidFor(who, of_),
                    handler.given(who, of_),
                    "a fund is off its books"
                );
                paid += handler.paidFor(who, of_);
            }
            vm.assertEq(handler.earned(asset), paid, "somebody else was paid");
        }
        vm.assertEq(handler.replays(), 0, "a replay paid");
    }

    function invariant_ASetNeverShowsMoreThanItPromised() public view {
        for (uint256 i; i < handler.setCount(); ++i) {
            IAudits.PlantSet memory it = handler.setAt(i);
            vm.assertLe(it.revealed, it.count, "more revealed than committed");
        }
    }
}
