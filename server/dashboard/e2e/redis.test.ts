import { dashboard } from "./suites/dashboard";

dashboard("redis");
