// Style sheets are imported for their effect only; the bundler gathers them in app.css.
declare module "*.css";
