import { dashboard } from "./suites/dashboard";

dashboard("redb");
