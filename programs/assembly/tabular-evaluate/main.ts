import { fail } from "../shared/fail";
fail(70, "not written yet");
