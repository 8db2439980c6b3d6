// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {CourtBase} from "./court/CourtBase.sol";
import {CourtTerms} from "./court/CourtTerms.sol";
import {Demands} from "./court/Demands.sol";
import {IArithmetic} from "./interfaces/IArithmetic.sol";
import {IAudits} from "./interfaces/IAudits.sol";
import {IBeacon} from "./interfaces/IBeacon.sol";
import {IEscrow} from "./interfaces/IEscrow.sol";
import {Nodes} from "./Nodes.sol";

/// @title CourtEvidence
/// @notice The half of the court that hears evidence without a jury: equivocation, arithmetic, demands, pleas. One
/// contract cannot hold all of the court's code (EIP-170), so `Court` has this code run on its own storage. By itself
/// this contract is in no office, holds nothing and decides nothing.
contract CourtEvidence is Demands, CourtTerms {
    /// @param nodes_ The court must be in office there to decide anything.
    /// @param escrow_ On the same _nodes.
    /// @param audits_ Says which faults were planted; zero for none.
    /// @param arithmetic Zero for none.
    constructor(
        Nodes nodes_,
        IEscrow escrow_,
        IAudits audits_,
        IBeacon beacon,
        IArithmetic arithmetic,
        Terms memory terms_
    ) CourtBase(nodes_, escrow_, audits_, beacon, arithmetic, terms_) {}
}
