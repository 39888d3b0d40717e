/** The build puts a file of SQL into the script, as text. */
declare module "*.sql" {
  const text: string;
  export default text;
}
