// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICourtTypes} from "../src/interfaces/ICourtTypes.sol";
import {CourtTest} from "./support/CourtTest.sol";

contract CourtJuryTest is CourtTest {
    function setUp() public {
        deployCourt();
    }

    function test_AFalseStepCostsItsSignerTheWholeStake() public {
        Job memory it = job("1", 1);
        bytes32 dispute = accuse(it, 1);
        vm.assertEq(lockedOf(provider), terms.lien, "the lien");
        vote(dispute, rightOutcome(it, 1));
        tribunal.openSeal(dispute, rightOutcome(it, 1), SALT);
        passAppeal();
        tribunal.resolve(dispute);
        vm.assertTrue(tribunal.groundOf(digestOf(it.receipt)) == ICourtTypes.Ground.Jury, "the ground");
        vm.assertEq(lockedOf(provider), STAKE, "all of it is locked");
        uint256 supply = koin.totalSupply();
        tribunal.enforce(provider, dispute);
        vm.assertEq(stakeLeft(provider), 0, "nothing is left");
        uint256 seats = tribunal.juryOf(dispute, 0).revealedSeats;
        vm.assertEq(owedKoin(accuser), terms.accuseBond + terms.bounty, "bond and bounty");
        vm.assertEq(supply - koin.totalSupply(), STAKE - terms.bounty - seats * terms.jurorFee, "the rest burns");
        settleAll(dispute, 0);
        vm.assertEq(koin.balanceOf(address(tribunal)), terms.accuseBond + terms.bounty + seats * terms.jurorFee, "held");
    }

    function test_AnAccusationOfATrueStepCostsTheAccuserItsBond() public {
        Job memory it = job("1", 3);
        bytes32 dispute = accuseAs(accuser, it, 1, keccak256("nonsense"));
        vote(dispute, rightOutcome(it, 1));
        passAppeal();
        tribunal.resolve(dispute);
        settleAll(dispute, 0);
        vm.assertEq(stakeLeft(provider), STAKE, "the stake");
        vm.assertEq(lockedOf(provider), 0, "no lien");
        vm.assertEq(owedKoin(provider), terms.compensation, "compensation");
        vm.assertEq(owedKoin(accuser), 0, "the accuser");
    }
}
