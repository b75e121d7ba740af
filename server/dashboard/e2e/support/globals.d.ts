/** The folder of the dashboard's sources; put in when the tests are bundled. */
declare const DASHBOARD: string;
