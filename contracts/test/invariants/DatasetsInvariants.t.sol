// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDatasets} from "../../src/interfaces/IDatasets.sol";
import {DatasetsTest} from "../support/DatasetsTest.sol";

/// @dev A custodian that reserves, spends and releases under three grants, owners that sell and revoke, and books.
contract DatasetsHandler is DatasetsTest {
    uint256 public constant GRANTS = 3;
    uint256 private constant BUYER_KEY = 0x0F;

    struct Open {
        bytes32 order;
        bytes32 grant;
        uint64 microRho;
    }

    Open[] private _open;
    uint256 public spentSum;
    uint256 public overSpends;
    uint256 public endedTwice;
    uint256 private _orders;
    bytes32[] private _ended;
    bytes32[] private _grantDigests;
    mapping(bytes32 grantDigest => uint256) public openUses;
    mapping(bytes32 grantDigest => uint256) public spentUses;

    constructor() {
        deployDatasets();
    }

    function currentGrant(uint256 which) private view returns (IDatasets.Grant memory grant, bytes memory permission) {
        which %= GRANTS;
        grant = grantOf(uint64(50_000 * (which + 1)), uint32(20 * (which + 1)));
        grant.epoch = datasets.datasetOf(id).epoch;
        grant.nonce = bytes32(which);
        grant.expiresAt = type(uint64).max;
        uint256 key = datasets.ownerOf(id) == owner ? OWNER_KEY : BUYER_KEY;
        permission = signature(key, digestOf(grant));
    }

    function reserveBudget(uint256 which, uint64 amount) external {
        (IDatasets.Grant memory grant, bytes memory permission) = currentGrant(which);
        bytes32 digest = digestOf(grant);
        (, bool isRevoked, uint32 taken) = datasets.grantState(id, digest);
        if (isRevoked || taken >= grant.uses) return;
        uint64 most = datasets.availableMicroRho(id);
        if (most > grant.microRho) most = grant.microRho;
        amount = uint64(within(amount, 0, most));
        bytes32 order = keccak256(abi.encode(++_orders));
        vm.prank(custodian);
        datasets.reserve(grant, permission, order, amount);
        _open.push(Open(order, digest, amount));
        if (openUses[digest] + spentUses[digest] == 0) _grantDigests.push(digest);
        ++openUses[digest];
    }

    function overReserve(uint256 which) external {
        (IDatasets.Grant memory grant, bytes memory permission) = currentGrant(which);
        uint64 available = datasets.availableMicroRho(id);
        if (available >= grant.microRho) return;
        vm.prank(custodian);
        try datasets.reserve(grant, permission, keccak256(abi.encode(++_orders)), available + 1) {
            ++overSpends;
        } catch {}
    }

    function spend(uint256 which, uint64 amount) external {
        if (_open.length == 0) return;
        Open memory it = take(which);
        amount = uint64(within(amount, 0, it.microRho));
        vm.prank(custodian);
        datasets.spend(id, it.order, amount);
        spentSum += amount;
        --openUses[it.grant];
        ++spentUses[it.grant];
    }

    function release(uint256 which) external {
        if (_open.length == 0) return;
        Open memory it = take(which);
        vm.prank(custodian);
        datasets.release(id, it.grant, it.order);
        --openUses[it.grant];
    }

    function endAgain(uint256 which, bytes32 grant) external {
        if (_ended.length == 0) return;
        bytes32 order = _ended[which % _ended.length];
        vm.startPrank(custodian);
        try datasets.spend(id, order, 0) {
            ++endedTwice;
        } catch {}
        try datasets.release(id, grant, order) {
            ++endedTwice;
        } catch {}
        vm.stopPrank();
    }

    function sell(uint8 chance) external {
        if (chance % 8 != 0) return;
        address seller = datasets.ownerOf(id);
        vm.prank(seller);
        datasets.transferFrom(seller, seller == owner ? vm.addr(BUYER_KEY) : owner, id);
    }

    function revokeAll(uint8 chance) external {
        if (chance % 8 != 0) return;
        address present = datasets.ownerOf(id);
        vm.prank(present);
        datasets.revokeAll(id);
    }

    function take(uint256 which) private returns (Open memory it) {
        which %= _open.length;
        it = _open[which];
        _open[which] = _open[_open.length - 1];
        _open.pop();
        _ended.push(it.order);
    }

    function openSum() external view returns (uint256 sum) {
        for (uint256 i; i < _open.length; ++i) {
            sum += _open[i].microRho;
        }
    }

    function state() external view returns (IDatasets.Dataset memory) {
        return datasets.datasetOf(id);
    }

    /// @dev Grants whose uses are counted wrongly.
    function miscounted() external view returns (uint256 wrong) {
        for (uint256 i; i < _grantDigests.length; ++i) {
            bytes32 digest = _grantDigests[i];
            (,, uint32 taken) = datasets.grantState(id, digest);
            if (taken != openUses[digest] + spentUses[digest]) ++wrong;
        }
    }
}

contract DatasetsInvariants is DatasetsTest {
    DatasetsHandler private handler;

    function setUp() public {
        handler = new DatasetsHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_ASpentBudgetNeverExceedsItsCap() public view {
        IDatasets.Dataset memory it = handler.state();
        vm.assertLe(uint256(it.spentMicroRho) + it.reservedMicroRho, it.capMicroRho, "the cap was passed");
        vm.assertEq(handler.overSpends(), 0, "more than the cap was reserved");
    }

    function invariant_WhatIsSpentIsTheSumOfWhatEachJobSpent() public view {
        vm.assertEq(handler.state().spentMicroRho, handler.spentSum(), "the sum is another");
    }

    function invariant_WhatIsReservedIsTheSumOfOpenReservations() public view {
        vm.assertEq(handler.state().reservedMicroRho, handler.openSum(), "the sum is another");
    }

    function invariant_EveryReservationEndsOnce() public view {
        vm.assertEq(handler.endedTwice(), 0, "a reservation ended twice");
    }

    function invariant_EveryUseOfAGrantIsCounted() public view {
        vm.assertEq(handler.miscounted(), 0, "a use was not counted");
    }
}
